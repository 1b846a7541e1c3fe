import type { PolicyContext } from '../../context.ts';
import type { Cell } from '../bind/bound.ts';
import { argumentOutOfRange, format } from '../exceptions.ts';
import { DateTime, type DateTimeKind, daysInMonth, isLeapYear, local, ticksOf, utc } from '../runtime/datetime.ts';
import { formatDateTime } from '../runtime/datetime-format.ts';
import { parseDateTimeOrThrow } from '../runtime/datetime-parse.ts';
import { formatTimeSpan, parseTimeSpan, ticksPer, TimeSpan } from '../runtime/timespan.ts';
import { define, type Implementation } from '../type.ts';

/** The gateway's clock, through the request: when it came in plus how long it has taken. */
export function now(context: PolicyContext): Date {
  return new Date(context.Timestamp.getTime() + context.Elapsed);
}

function adding(name: string, ticksPerUnit: number): Record<string, Implementation> {
  return {
    [`DateTime ${name}(double value)`]: (self: DateTime, value: number) => self.addTicks(ticksOf(value, ticksPerUnit)),
  };
}

type Ordered = { compareTo(other: unknown): number };

/** The comparison operators of a type with an order. */
export function ordered(type: string): Record<string, Implementation> {
  return {
    [`static bool operator ==(${type} a, ${type} b)`]: (a: Ordered, b: Ordered) => a.compareTo(b) === 0,
    [`static bool operator !=(${type} a, ${type} b)`]: (a: Ordered, b: Ordered) => a.compareTo(b) !== 0,
    [`static bool operator <(${type} a, ${type} b)`]: (a: Ordered, b: Ordered) => a.compareTo(b) < 0,
    [`static bool operator >(${type} a, ${type} b)`]: (a: Ordered, b: Ordered) => a.compareTo(b) > 0,
    [`static bool operator <=(${type} a, ${type} b)`]: (a: Ordered, b: Ordered) => a.compareTo(b) <= 0,
    [`static bool operator >=(${type} a, ${type} b)`]: (a: Ordered, b: Ordered) => a.compareTo(b) >= 0,
  };
}

function at(
  year: number,
  month: number,
  day: number,
  hours = 0,
  minutes = 0,
  seconds = 0,
  milliseconds = 0,
  kind: DateTimeKind = 0,
): DateTime {
  if (
    hours < 0 ||
    hours > 23 ||
    minutes < 0 ||
    minutes > 59 ||
    seconds < 0 ||
    seconds > 59 ||
    milliseconds < 0 ||
    milliseconds > 999
  ) {
    throw argumentOutOfRange('hour', 'Hour, Minute, and Second parameters describe an un-representable DateTime.');
  }
  return new DateTime(
    DateTime.of(year, month, day).ticks + TimeSpan.of(0, hours, minutes, seconds, milliseconds).ticks,
    kind,
  );
}

// The members are those of API Management's list of allowed .NET types; DateTime has more in .NET.
define({
  name: 'DateTime',
  namespace: 'System',
  kind: 'struct',
  base: 'object',
  interfaces: ['IComparable'],
  initial: DateTime.least,
  members: {
    'DateTime(long ticks)': (ticks: bigint) => new DateTime(ticks),
    'DateTime(long ticks, DateTimeKind kind)': (ticks: bigint, kind: DateTimeKind) => new DateTime(ticks, kind),
    'DateTime(int year, int month, int day)': at,
    'DateTime(int year, int month, int day, int hour, int minute, int second)': at,
    'DateTime(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)': (
      y: number,
      mo: number,
      d: number,
      h: number,
      mi: number,
      s: number,
      kind: DateTimeKind,
    ) => at(y, mo, d, h, mi, s, 0, kind),
    'DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond)': at,
    'DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond, DateTimeKind kind)': at,
    'static DateTime UtcNow': { ambient: (context: PolicyContext) => DateTime.fromDate(now(context), utc) },
    'static DateTime Now': { ambient: (context: PolicyContext) => DateTime.fromDate(now(context), local) },
    'static DateTime Today': {
      ambient: (context: PolicyContext) => {
        const moment = DateTime.fromDate(now(context), local);
        return moment.addTicks(-moment.timeOfDay);
      },
    },
    'static DateTime MinValue': () => DateTime.least,
    'static DateTime MaxValue': () => DateTime.most,
    'static DateTime Parse(string s)': parseDateTimeOrThrow,
    'static int DaysInMonth(int year, int month)': daysInMonth,
    'static bool IsLeapYear(int year)': isLeapYear,
    'DateTime Add(TimeSpan value)': (self: DateTime, span: TimeSpan) => self.addTicks(span.ticks),
    ...adding('AddDays', ticksPer.day),
    ...adding('AddHours', ticksPer.hour),
    ...adding('AddMinutes', ticksPer.minute),
    ...adding('AddSeconds', ticksPer.second),
    ...adding('AddMilliseconds', ticksPer.millisecond),
    'DateTime AddTicks(long value)': (self: DateTime, ticks: bigint) => self.addTicks(ticks),
    'DateTime AddMonths(int months)': (self: DateTime, months: number) => self.addMonths(months),
    'DateTime AddYears(int value)': (self: DateTime, years: number) => self.addMonths(years * 12),
    'DateTime Date': (self: DateTime) => self.addTicks(-self.timeOfDay),
    'int Year': (self: DateTime) => self.date.year,
    'int Month': (self: DateTime) => self.date.month,
    'int Day': (self: DateTime) => self.date.day,
    'int Hour': (self: DateTime) => self.hour,
    'int Minute': (self: DateTime) => self.minute,
    'int Second': (self: DateTime) => self.second,
    'int Millisecond': (self: DateTime) => self.millisecond,
    'long Ticks': (self: DateTime) => self.ticks,
    'TimeSpan TimeOfDay': (self: DateTime) => new TimeSpan(self.timeOfDay),
    'DayOfWeek DayOfWeek': (self: DateTime) => self.dayOfWeek,
    'int DayOfYear': (self: DateTime) => self.dayOfYear,
    'bool IsDaylightSavingTime()': () => false,
    'TimeSpan Subtract(DateTime value)': (self: DateTime, other: DateTime) => self.minus(other),
    'DateTime Subtract(TimeSpan value)': (self: DateTime, span: TimeSpan) => self.addTicks(-span.ticks),
    'string ToString()': (self: DateTime) => self.toString(),
    'string ToString(string format)': (self: DateTime, pattern: string | null) =>
      pattern ? formatDateTime(self, pattern) : self.toString(),
    'static TimeSpan operator -(DateTime a, DateTime b)': (a: DateTime, b: DateTime) => a.minus(b),
    'static DateTime operator -(DateTime d, TimeSpan t)': (d: DateTime, t: TimeSpan) => d.addTicks(-t.ticks),
    'static DateTime operator +(DateTime d, TimeSpan t)': (d: DateTime, t: TimeSpan) => d.addTicks(t.ticks),
    ...ordered('DateTime'),
  },
});

function total(name: string, ticksPerUnit: number): Record<string, Implementation> {
  return {
    [`double Total${name}`]: (self: TimeSpan) => self.total(ticksPerUnit),
    [`static TimeSpan From${name}(double value)`]: (value: number) => TimeSpan.from(value, ticksPerUnit),
  };
}

define({
  name: 'TimeSpan',
  namespace: 'System',
  kind: 'struct',
  base: 'object',
  interfaces: ['IComparable'],
  initial: TimeSpan.zero,
  members: {
    'TimeSpan(long ticks)': (ticks: bigint) => new TimeSpan(ticks),
    'TimeSpan(int hours, int minutes, int seconds)': (h: number, m: number, s: number) => TimeSpan.of(0, h, m, s),
    'TimeSpan(int days, int hours, int minutes, int seconds)': (d: number, h: number, m: number, s: number) =>
      TimeSpan.of(d, h, m, s),
    'TimeSpan(int days, int hours, int minutes, int seconds, int milliseconds)': (
      d: number,
      h: number,
      m: number,
      s: number,
      ms: number,
    ) => TimeSpan.of(d, h, m, s, ms),
    'static TimeSpan Zero': () => TimeSpan.zero,
    'static TimeSpan MaxValue': () => new TimeSpan(2n ** 63n - 1n),
    'static TimeSpan MinValue': () => new TimeSpan(-(2n ** 63n)),
    'static long TicksPerDay': () => BigInt(ticksPer.day),
    'static long TicksPerHour': () => BigInt(ticksPer.hour),
    'static long TicksPerMinute': () => BigInt(ticksPer.minute),
    'static long TicksPerSecond': () => BigInt(ticksPer.second),
    'static long TicksPerMillisecond': () => BigInt(ticksPer.millisecond),
    'static TimeSpan FromTicks(long value)': (ticks: bigint) => new TimeSpan(ticks),
    ...total('Days', ticksPer.day),
    ...total('Hours', ticksPer.hour),
    ...total('Minutes', ticksPer.minute),
    ...total('Seconds', ticksPer.second),
    ...total('Milliseconds', ticksPer.millisecond),
    'int Days': (self: TimeSpan) => self.days,
    'int Hours': (self: TimeSpan) => self.hours,
    'int Minutes': (self: TimeSpan) => self.minutes,
    'int Seconds': (self: TimeSpan) => self.seconds,
    'int Milliseconds': (self: TimeSpan) => self.milliseconds,
    'long Ticks': (self: TimeSpan) => self.ticks,
    'TimeSpan Add(TimeSpan ts)': plus,
    'TimeSpan Subtract(TimeSpan ts)': minus,
    'TimeSpan Negate()': (self: TimeSpan) => new TimeSpan(-self.ticks),
    'TimeSpan Duration()': (self: TimeSpan) => new TimeSpan(self.ticks < 0n ? -self.ticks : self.ticks),
    'string ToString(string format)': (self: TimeSpan, pattern: string | null) => formatTimeSpan(self, pattern || 'c'),
    'static TimeSpan Parse(string s)': (text: string) => {
      const span = parseTimeSpan(text);
      if (!span) throw format(`String '${text}' was not recognized as a valid TimeSpan.`);
      return span;
    },
    'static bool TryParse(string s, out TimeSpan result)': (text: string | null, result: Cell) => {
      const span = text === null ? undefined : parseTimeSpan(text);
      result.v = span ?? TimeSpan.zero;
      return span !== undefined;
    },
    'static TimeSpan operator +(TimeSpan a, TimeSpan b)': plus,
    'static TimeSpan operator -(TimeSpan a, TimeSpan b)': minus,
    'static TimeSpan operator -(TimeSpan t)': (t: TimeSpan) => new TimeSpan(-t.ticks),
    ...ordered('TimeSpan'),
  },
});

function plus(a: TimeSpan, b: TimeSpan): TimeSpan {
  return new TimeSpan(a.ticks + b.ticks);
}

function minus(a: TimeSpan, b: TimeSpan): TimeSpan {
  return new TimeSpan(a.ticks - b.ticks);
}
