import type { PolicyContext } from '../../context.ts';
import type { Cell } from '../bind/bound.ts';
import { DateTime, ticksOf, utc } from '../runtime/datetime.ts';
import { DateTimeOffset } from '../runtime/datetime-offset.ts';
import { parseDateTime } from '../runtime/datetime-parse.ts';
import { ticksPer, TimeSpan } from '../runtime/timespan.ts';
import { define, type Implementation } from '../type.ts';
import { now, ordered } from './time.ts';

const current = (context: PolicyContext) => new DateTimeOffset(DateTime.fromDate(now(context), utc));

function adding(name: string, ticksPerUnit: number): Record<string, Implementation> {
  const add = (self: DateTimeOffset, value: number) =>
    self.move((clock) => clock.addTicks(ticksOf(value, ticksPerUnit)));
  return { [`DateTimeOffset ${name}(double value)`]: add };
}

function shown(...names: ('Year' | 'Month' | 'Day')[]): Record<string, Implementation> {
  const keys = { Year: 'year', Month: 'month', Day: 'day' } as const;
  return Object.fromEntries(
    names.map((name) => [`int ${name}`, (self: DateTimeOffset) => self.clock.date[keys[name]]]),
  );
}

define({
  name: 'DateTimeOffset',
  namespace: 'System',
  kind: 'struct',
  base: 'object',
  interfaces: ['IComparable'],
  initial: new DateTimeOffset(DateTime.least),
  members: {
    'DateTimeOffset(DateTime dateTime)': (value: DateTime) => DateTimeOffset.fromDateTime(value),
    'DateTimeOffset(DateTime dateTime, TimeSpan offset)': (value: DateTime, offset: TimeSpan) =>
      new DateTimeOffset(value, offset),
    'DateTimeOffset(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)': (
      y: number,
      mo: number,
      d: number,
      h: number,
      mi: number,
      s: number,
      offset: TimeSpan,
    ) => new DateTimeOffset(DateTime.of(y, mo, d).addTicks(TimeSpan.of(0, h, mi, s).ticks), offset),
    'static DateTimeOffset UtcNow': { ambient: current },
    'static DateTimeOffset Now': { ambient: current },
    'static DateTimeOffset MinValue': () => new DateTimeOffset(DateTime.least),
    'static DateTimeOffset MaxValue': () => new DateTimeOffset(DateTime.most),
    'static DateTimeOffset Parse(string input)': (text: string) => DateTimeOffset.parse(text),
    'static bool TryParse(string input, out DateTimeOffset result)': (text: string | null, result: Cell) => {
      const isDate = text !== null && parseDateTime(text) !== undefined;
      result.v = isDate ? DateTimeOffset.parse(text) : new DateTimeOffset(DateTime.least);
      return isDate;
    },
    'static DateTimeOffset FromUnixTimeSeconds(long seconds)': (seconds: bigint) =>
      DateTimeOffset.fromUnixMilliseconds(seconds * 1000n),
    'static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)': (milliseconds: bigint) =>
      DateTimeOffset.fromUnixMilliseconds(milliseconds),
    'static implicit operator DateTimeOffset(DateTime dateTime)': (value: DateTime) =>
      DateTimeOffset.fromDateTime(value),
    'long ToUnixTimeSeconds()': (self: DateTimeOffset) => self.unixSeconds,
    'long ToUnixTimeMilliseconds()': (self: DateTimeOffset) => self.unixMilliseconds,
    'DateTime DateTime': (self: DateTimeOffset) => self.clock,
    'DateTime UtcDateTime': (self: DateTimeOffset) => self.utcDateTime,
    'DateTime Date': (self: DateTimeOffset) => self.clock.addTicks(-self.clock.timeOfDay),
    'TimeSpan Offset': (self: DateTimeOffset) => self.offset,
    'TimeSpan TimeOfDay': (self: DateTimeOffset) => new TimeSpan(self.clock.timeOfDay),
    'DayOfWeek DayOfWeek': (self: DateTimeOffset) => self.clock.dayOfWeek,
    ...shown('Year', 'Month', 'Day'),
    'int Hour': (self: DateTimeOffset) => self.clock.hour,
    'int Minute': (self: DateTimeOffset) => self.clock.minute,
    'int Second': (self: DateTimeOffset) => self.clock.second,
    'long Ticks': (self: DateTimeOffset) => self.clock.ticks,
    ...adding('AddDays', ticksPer.day),
    ...adding('AddHours', ticksPer.hour),
    ...adding('AddMinutes', ticksPer.minute),
    ...adding('AddSeconds', ticksPer.second),
    ...adding('AddMilliseconds', ticksPer.millisecond),
    'DateTimeOffset AddMonths(int months)': (self: DateTimeOffset, months: number) =>
      self.move((clock) => clock.addMonths(months)),
    'DateTimeOffset AddYears(int years)': (self: DateTimeOffset, years: number) =>
      self.move((clock) => clock.addMonths(years * 12)),
    'DateTimeOffset Add(TimeSpan timeSpan)': (self: DateTimeOffset, span: TimeSpan) =>
      self.move((clock) => clock.addTicks(span.ticks)),
    'TimeSpan Subtract(DateTimeOffset value)': difference,
    'DateTimeOffset ToOffset(TimeSpan offset)': (self: DateTimeOffset, offset: TimeSpan) => self.toOffset(offset),
    'DateTimeOffset ToUniversalTime()': (self: DateTimeOffset) => self.toOffset(TimeSpan.zero),
    'string ToString(string format)': (self: DateTimeOffset, pattern: string | null) =>
      pattern ? self.format(pattern) : self.toString(),
    'static TimeSpan operator -(DateTimeOffset left, DateTimeOffset right)': difference,
    'static DateTimeOffset operator +(DateTimeOffset moment, TimeSpan span)': (
      moment: DateTimeOffset,
      span: TimeSpan,
    ) => moment.move((clock) => clock.addTicks(span.ticks)),
    'static DateTimeOffset operator -(DateTimeOffset moment, TimeSpan span)': (
      moment: DateTimeOffset,
      span: TimeSpan,
    ) => moment.move((clock) => clock.addTicks(-span.ticks)),
    ...ordered('DateTimeOffset'),
  },
});

function difference(a: DateTimeOffset, b: DateTimeOffset): TimeSpan {
  return a.utcDateTime.minus(b.utcDateTime);
}
