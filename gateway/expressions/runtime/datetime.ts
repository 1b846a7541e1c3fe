import { argumentOutOfRange } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { TimeSpan } from './timespan.ts';
import { NetObject } from './value.ts';

/** A tick is 100 nanoseconds. */
export const ticksPerDay = 864_000_000_000n;
const ticksPerMillisecond = 10_000n;
/** Ticks of 1970-01-01. */
const unixEpoch = 621_355_968_000_000_000n;
const mostTicks = 3_155_378_975_999_999_999n;

export type DateTimeKind = 0 | 1 | 2;
export const unspecified = 0;
export const utc = 1;
/** API Management runs in UTC, so local time is UTC. */
export const local = 2;

export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A System.DateTime: ticks since 0001-01-01 and a kind. Immutable. */
export class DateTime extends NetObject {
  readonly ticks: bigint;
  readonly kind: DateTimeKind;
  #parts: DateParts | undefined;

  constructor(ticks: bigint, kind: DateTimeKind = unspecified) {
    super();
    if (ticks < 0n || ticks > mostTicks) {
      throw argumentOutOfRange('ticks', 'Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.');
    }
    this.ticks = ticks;
    this.kind = kind;
  }

  static readonly least = new DateTime(0n);
  static readonly most = new DateTime(mostTicks);

  static of(year: number, month: number, day: number, kind: DateTimeKind = unspecified): DateTime {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
      throw argumentOutOfRange('year', 'Year, Month, and Day parameters describe an un-representable DateTime.');
    }
    return new DateTime(BigInt(daysBefore(year, month, day)) * ticksPerDay, kind);
  }

  static fromDate(date: Date, kind: DateTimeKind = utc): DateTime {
    return new DateTime(unixEpoch + BigInt(date.getTime()) * ticksPerMillisecond, kind);
  }

  get netType(): NetType {
    return typeNamed('DateTime');
  }

  get date(): DateParts {
    return (this.#parts ??= partsOf(Number(this.ticks / ticksPerDay)));
  }

  /** Ticks since midnight. */
  get timeOfDay(): bigint {
    return this.ticks % ticksPerDay;
  }

  get dayOfWeek(): number {
    return Number((this.ticks / ticksPerDay + 1n) % 7n);
  }

  get dayOfYear(): number {
    const { year, month, day } = this.date;
    return daysBefore(year, month, day) - daysBefore(year, 1, 1) + 1;
  }

  /** The unit's count within the next larger unit: hours of the day, minutes of the hour … */
  get hour(): number {
    return Number(this.timeOfDay / 36_000_000_000n);
  }
  get minute(): number {
    return Number((this.timeOfDay / 600_000_000n) % 60n);
  }
  get second(): number {
    return Number((this.timeOfDay / 10_000_000n) % 60n);
  }
  get millisecond(): number {
    return Number((this.timeOfDay / ticksPerMillisecond) % 1000n);
  }

  addTicks(ticks: bigint): DateTime {
    const sum = this.ticks + ticks;
    if (sum < 0n || sum > mostTicks) {
      throw argumentOutOfRange('value', 'The added or subtracted value results in an un-representable DateTime.');
    }
    return new DateTime(sum, this.kind);
  }

  addMonths(months: number): DateTime {
    if (months < -120_000 || months > 120_000)
      throw argumentOutOfRange('months', 'Months value must be between +/-120000.');
    const { year, month, day } = this.date;
    const count = year * 12 + (month - 1) + months;
    const [newYear, newMonth] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1];
    if (newYear < 1 || newYear > 9999) {
      throw argumentOutOfRange('months', 'The added or subtracted value results in an un-representable DateTime.');
    }
    const newDay = Math.min(day, daysInMonth(newYear, newMonth));
    return new DateTime(DateTime.of(newYear, newMonth, newDay).ticks + this.timeOfDay, this.kind);
  }

  minus(other: DateTime): TimeSpan {
    return new TimeSpan(this.ticks - other.ticks);
  }

  override equals(other: unknown): boolean {
    return other instanceof DateTime && other.ticks === this.ticks;
  }
  override get key(): unknown {
    return `\0DateTime\0${this.ticks}`;
  }
  override compareTo(other: unknown): number {
    const ticks = (other as DateTime).ticks;
    return this.ticks < ticks ? -1 : this.ticks > ticks ? 1 : 0;
  }
  /** As `ToString()`: the invariant culture's general pattern. */
  override toString(): string {
    const { year, month, day } = this.date;
    return `${two(month)}/${two(day)}/${String(year).padStart(4, '0')} ${two(this.hour)}:${two(this.minute)}:${two(this.second)}`;
  }
}

export function two(value: number): string {
  return String(value).padStart(2, '0');
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) throw argumentOutOfRange('month', 'Month must be between one and twelve.');
  return month === 2 && isLeapYear(year) ? 29 : monthLengths[month - 1]!;
}

/** Days between 0001-01-01 and the date. */
function daysBefore(year: number, month: number, day: number): number {
  const past = year - 1;
  let days = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  for (let m = 1; m < month; m++) days += daysInMonth(year, m);
  return days + day - 1;
}

function partsOf(days: number): DateParts {
  const date = new Date(Date.UTC(2000, 0, 1) + (days - daysBefore(2000, 1, 1)) * 86_400_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** A count of some unit, such as AddHours takes, in ticks: .NET multiplies before it cuts. */
export function ticksOf(value: number, ticksPerUnit: number): bigint {
  const ticks = value * ticksPerUnit;
  if (!Number.isFinite(ticks) || Math.abs(ticks) > 9.3e18) {
    throw argumentOutOfRange('value', 'Value to add was out of range.');
  }
  return Number.isInteger(value) ? BigInt(value) * BigInt(ticksPerUnit) : BigInt(Math.trunc(ticks));
}
