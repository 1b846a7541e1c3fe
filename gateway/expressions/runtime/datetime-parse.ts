import { NetException } from '../exceptions.ts';
import { DateTime, type DateTimeKind, daysInMonth, local, unspecified, utc } from './datetime.ts';
import { monthNames } from './datetime-format.ts';

/*
 * DateTime.Parse with the invariant culture, for the notations that occur in HTTP and JSON: ISO 8601, RFC 1123 and the
 * culture's own, month before day.
 */

const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:T|\s+)(.+))?$/i;
const american = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:\s+(.+))?$/;
const yearFirst = /^(\d{4})\/(\d{1,2})\/(\d{1,2})(?:\s+(.+))?$/;
const dayFirst = /^(?:[a-z]+,?\s+)?(\d{1,2})[\s-]([a-z]+)\.?,?[\s-](\d{4})(?:\s+(.+))?$/i;
const monthFirst = /^(?:[a-z]+,?\s+)?([a-z]+)\.?\s+(\d{1,2}),?\s+(\d{4})(?:\s+(.+))?$/i;
const clock =
  /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(am|pm|a|p)?\s*(z|gmt|utc|[+-]\d{1,2}:?\d{2}|[+-]\d{1,2})?$/i;

/** The instant; undefined when the text is no date. A zone makes it local time, which is UTC here. */
export function parseDateTime(input: string): DateTime | undefined {
  const text = input.trim();
  const date = readDate(text);
  if (
    !date ||
    date.month < 1 ||
    date.month > 12 ||
    date.day < 1 ||
    date.year < 1 ||
    date.day > daysInMonth(date.year, date.month)
  )
    return undefined;
  const time = date.rest === undefined ? { ticks: 0n, offset: undefined } : readClock(date.rest.trim());
  if (!time) return undefined;
  const start = DateTime.of(date.year, date.month, date.day).ticks + time.ticks;
  if (time.offset === undefined) return new DateTime(start, unspecified);
  return new DateTime(start - time.offset, local);
}

function readDate(text: string): { year: number; month: number; day: number; rest: string | undefined } | undefined {
  let found = iso.exec(text) ?? yearFirst.exec(text);
  if (found) return { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]), rest: found[4] };
  found = american.exec(text);
  if (found) return { year: Number(found[3]), month: Number(found[1]), day: Number(found[2]), rest: found[4] };
  found = dayFirst.exec(text);
  if (found) return { year: Number(found[3]), month: monthNamed(found[2]!), day: Number(found[1]), rest: found[4] };
  found = monthFirst.exec(text);
  return found
    ? { year: Number(found[3]), month: monthNamed(found[1]!), day: Number(found[2]), rest: found[4] }
    : undefined;
}

function monthNamed(name: string): number {
  const wanted = name.toLowerCase();
  return (
    monthNames.findIndex((month) => month.toLowerCase() === wanted || month.toLowerCase().slice(0, 3) === wanted) + 1
  );
}

function readClock(text: string): { ticks: bigint; offset: bigint | undefined } | undefined {
  const found = clock.exec(text);
  if (!found) return undefined;
  const [, h, m, s = '0', fraction = '', half = '', zone] = found;
  let hours = Number(h);
  if (half !== '') {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
  }
  if (hours > 23 || Number(m) > 59 || Number(s) > 59) return undefined;
  const ticks =
    BigInt(hours * 3600 + Number(m) * 60 + Number(s)) * 10_000_000n + BigInt(fraction.slice(0, 7).padEnd(7, '0'));
  return { ticks, offset: zone === undefined ? undefined : offsetOf(zone) };
}

function offsetOf(zone: string): bigint {
  const found = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (!found) return 0n;
  const minutes = BigInt(found[2]!) * 60n + BigInt(found[3] ?? '0');
  return (found[1] === '-' ? -minutes : minutes) * 600_000_000n;
}

/** DateTime.Parse. */
export function parseDateTimeOrThrow(text: string): DateTime {
  const value = parseDateTime(text);
  if (!value) throw new NetException('FormatException', `String '${text}' was not recognized as a valid DateTime.`);
  return value;
}

/**
 * The dates that Newtonsoft.Json sees in JSON strings: `yyyy-MM-ddTHH:mm:ss`, with decimals and a zone if any
 * (DateParseHandling.DateTime, DateTimeZoneHandling.RoundtripKind, its defaults).
 */
export function parseJsonDate(text: string): DateTime | undefined {
  if (text.length < 19 || text.length > 40 || text[10] !== 'T') return undefined;
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7})\d*)?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hours, minutes, seconds, fraction = '', zone] = found;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m)) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const clockTicks =
    BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 10_000_000n +
    BigInt(fraction.padEnd(7, '0'));
  const kind: DateTimeKind = zone === undefined ? unspecified : zone === 'Z' ? utc : local;
  const ticks = DateTime.of(y, m, d).ticks + clockTicks - (zone === undefined ? 0n : offsetOf(zone));
  return ticks < 0n ? undefined : new DateTime(ticks, kind);
}
