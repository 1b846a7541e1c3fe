import { format, overflow } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { NetObject } from './value.ts';

const day = 864_000_000_000n;
const hour = 36_000_000_000n;
const minute = 600_000_000n;
const second = 10_000_000n;

/** A System.TimeSpan, in ticks of 100 nanoseconds. Immutable. */
export class TimeSpan extends NetObject {
  readonly ticks: bigint;

  constructor(ticks: bigint) {
    super();
    if (ticks !== BigInt.asIntN(64, ticks)) throw overflow('TimeSpan overflowed because the duration is too long.');
    this.ticks = ticks;
  }

  static readonly zero = new TimeSpan(0n);

  static of(days: number, hours: number, minutes: number, seconds: number, milliseconds = 0): TimeSpan {
    const whole = BigInt(days) * day + BigInt(hours) * hour + BigInt(minutes) * minute + BigInt(seconds) * second;
    return new TimeSpan(whole + BigInt(milliseconds) * 10_000n);
  }

  /** From a count of a unit that may have decimals. */
  static from(value: number, ticksPerUnit: number): TimeSpan {
    if (Number.isNaN(value)) throw format('TimeSpan does not accept floating point Not-a-Number values.');
    const ticks = value * ticksPerUnit;
    if (!Number.isFinite(ticks)) throw overflow('TimeSpan overflowed because the duration is too long.');
    return new TimeSpan(Number.isInteger(value) ? BigInt(value) * BigInt(ticksPerUnit) : BigInt(Math.trunc(ticks)));
  }

  get netType(): NetType {
    return typeNamed('TimeSpan');
  }

  get days(): number {
    return Number(this.ticks / day);
  }
  get hours(): number {
    return Number((this.ticks / hour) % 24n);
  }
  get minutes(): number {
    return Number((this.ticks / minute) % 60n);
  }
  get seconds(): number {
    return Number((this.ticks / second) % 60n);
  }
  get milliseconds(): number {
    return Number((this.ticks / 10_000n) % 1000n);
  }

  /** The whole span in a unit, with decimals. */
  total(ticksPerUnit: number): number {
    return Number(this.ticks) / ticksPerUnit;
  }

  override equals(other: unknown): boolean {
    return other instanceof TimeSpan && other.ticks === this.ticks;
  }
  override get key(): unknown {
    return `\0TimeSpan\0${this.ticks}`;
  }
  override compareTo(other: unknown): number {
    const { ticks } = other as TimeSpan;
    return this.ticks < ticks ? -1 : this.ticks > ticks ? 1 : 0;
  }
  override toString(): string {
    return formatTimeSpan(this, 'c');
  }
}

/** Hours, minutes and seconds, as TimeSpan's methods count them. */
export const ticksPer = { day: 864e9, hour: 36e9, minute: 6e8, second: 1e7, millisecond: 1e4 } as const;

/** TimeSpan.ToString(format): `c`, `g`, `G` and custom formats. */
export function formatTimeSpan(span: TimeSpan, pattern: string): string {
  const magnitude = span.ticks < 0n ? -span.ticks : span.ticks;
  const sign = span.ticks < 0n ? '-' : '';
  const days = magnitude / day;
  const [hours, minutes, seconds] = [(magnitude / hour) % 24n, (magnitude / minute) % 60n, (magnitude / second) % 60n];
  const fraction = (magnitude % second).toString().padStart(7, '0');
  const two = (value: bigint) => value.toString().padStart(2, '0');
  switch (pattern) {
    case 'c':
    case 't':
    case 'T':
      return `${sign}${days > 0n ? `${days}.` : ''}${two(hours)}:${two(minutes)}:${two(seconds)}${fraction === '0000000' ? '' : `.${fraction}`}`;
    case 'g': {
      const rest = fraction.replace(/0+$/, '');
      return `${sign}${days > 0n ? `${days}:` : ''}${hours}:${two(minutes)}:${two(seconds)}${rest === '' ? '' : `.${rest}`}`;
    }
    case 'G':
      return `${sign}${days}:${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction}`;
  }
  if (pattern.length === 1) throw format();
  return custom(pattern, { d: days, h: hours, m: minutes, s: seconds }, fraction);
}

function custom(pattern: string, units: Readonly<Record<string, bigint>>, fraction: string): string {
  let result = '';
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i]!;
    const run = /^(.)\1*/s.exec(pattern.slice(i))![0].length;
    if (c in units) result += units[c]!.toString().padStart(run, '0');
    else if (c === 'f') result += fraction.slice(0, run);
    else if (c === 'F') result += fraction.slice(0, run).replace(/0+$/, '');
    else if (c === '\\') {
      result += pattern[i + 1] ?? '';
      i += 2;
      continue;
    } else if (c === "'" || c === '"') {
      const end = pattern.indexOf(c, i + 1);
      if (end === -1) throw format();
      result += pattern.slice(i + 1, end);
      i = end + 1;
      continue;
    } else if (c === '%') {
      i++;
      continue;
    } else throw format();
    i += run;
  }
  return result;
}

/** TimeSpan.Parse: `[-][d.]hh:mm[:ss[.fffffff]]` or a number of days. */
export function parseTimeSpan(text: string): TimeSpan | undefined {
  const found = /^\s*(-)?(?:(\d+)|(?:(\d+)[.:])?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?)\s*$/.exec(text);
  if (!found) return undefined;
  const [, sign, onlyDays, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = found;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const ticks =
    BigInt(onlyDays ?? days) * day +
    BigInt(hours) * hour +
    BigInt(minutes) * minute +
    BigInt(seconds) * second +
    BigInt(fraction.padEnd(7, '0'));
  return new TimeSpan(sign ? -ticks : ticks);
}
