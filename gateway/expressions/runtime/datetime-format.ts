import { format as formatProblem } from '../exceptions.ts';
import { type DateTime, local, two, utc } from './datetime.ts';
import { TimeSpan } from './timespan.ts';

/*
 * Date and time format strings of the invariant culture:
 * https://learn.microsoft.com/dotnet/standard/base-types/standard-date-and-time-format-strings
 */

export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const standard: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  O: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  r: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  R: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  U: 'dddd, dd MMMM yyyy HH:mm:ss',
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
};

/**
 * DateTime.ToString(format), and DateTimeOffset's when there is an offset. Throws FormatException for an unknown format.
 */
export function formatDateTime(value: DateTime, format: string, offset?: TimeSpan): string {
  if (format.length === 1) {
    const pattern = standard[format];
    if (!pattern) throw formatProblem();
    return custom(value, pattern, offset);
  }
  return custom(value, format, offset);
}

function custom(value: DateTime, pattern: string, offset: TimeSpan | undefined): string {
  let result = '';
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i]!;
    if (c === '\\') {
      result += pattern[i + 1] ?? '';
      i += 2;
      continue;
    }
    if (c === "'" || c === '"') {
      const end = pattern.indexOf(c, i + 1);
      if (end === -1) throw formatProblem();
      result += pattern.slice(i + 1, end);
      i = end + 1;
      continue;
    }
    if (c === '%') {
      i++;
      continue;
    }
    const run = /^(.)\1*/s.exec(pattern.slice(i))![0].length;
    const written = c === 'K' || c === 'z' ? { text: zone(value, c, run, offset) } : unit(value, c, run, result);
    if (written === undefined) {
      result += c;
      i++;
    } else {
      result = written.replacing ? result.slice(0, -1) + written.text : result + written.text;
      i += run;
    }
  }
  return result;
}

/** One run of a format letter; `replacing` drops the point before an empty fraction. */
function unit(
  value: DateTime,
  letter: string,
  run: number,
  before: string,
): { text: string; replacing?: boolean } | undefined {
  const { year, month, day } = value.date;
  const short = (number: number) => (run === 1 ? String(number) : two(number));
  switch (letter) {
    case 'd':
      return {
        text: run <= 2 ? short(day) : run === 3 ? dayNames[value.dayOfWeek]!.slice(0, 3) : dayNames[value.dayOfWeek]!,
      };
    case 'M':
      return {
        text: run <= 2 ? short(month) : run === 3 ? monthNames[month - 1]!.slice(0, 3) : monthNames[month - 1]!,
      };
    case 'y':
      return { text: run === 1 ? String(year % 100) : run === 2 ? two(year % 100) : String(year).padStart(run, '0') };
    case 'H':
      return { text: short(value.hour) };
    case 'h':
      return { text: short(value.hour % 12 === 0 ? 12 : value.hour % 12) };
    case 'm':
      return { text: short(value.minute) };
    case 's':
      return { text: short(value.second) };
    case 'f':
    case 'F': {
      if (run > 7) throw formatProblem();
      const digits = (value.ticks % 10_000_000n).toString().padStart(7, '0').slice(0, run);
      if (letter === 'f') return { text: digits };
      const kept = digits.replace(/0+$/, '');
      return { text: kept, replacing: kept === '' && before.endsWith('.') };
    }
    case 't':
      return { text: (value.hour < 12 ? 'AM' : 'PM').slice(0, run === 1 ? 1 : 2) };
    case 'g':
      return { text: 'A.D.' };
    default:
      return undefined;
  }
}

/** The offset from UTC: what DateTime shows of its kind, and what DateTimeOffset has. */
function zone(value: DateTime, letter: string, run: number, offset: TimeSpan | undefined): string {
  if (letter === 'K' && !offset && value.kind !== local) return value.kind === utc ? 'Z' : '';
  const span = offset ?? TimeSpan.zero;
  const sign = span.ticks < 0n ? '-' : '+';
  const [hours, minutes] = [Math.abs(span.hours), Math.abs(span.minutes)];
  if (letter === 'K' || run > 2) return `${sign}${two(hours)}:${two(minutes)}`;
  return sign + (run === 1 ? String(hours) : two(hours));
}
