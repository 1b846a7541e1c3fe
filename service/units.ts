import { UserError } from './errors.ts';

export type Milliseconds = number;
export type Bytes = number;

const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const sizeUnits = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 } as const;

/** What a duration looks like, for messages. */
export const durationForm = 'a duration with its unit, such as 500ms, 10s, 1m or 1h';
/** What a size looks like, for messages. */
export const sizeForm = 'a size with its unit, such as 512kb, 16mb or 2gb';

/**
 * Reads `0ms`, `10s`, `1.5m` or `1h`; upper and lower case are the same.
 * @returns whole milliseconds
 * @throws UserError for anything else; a number without a unit is refused, since its unit would be a guess
 */
export function parseDuration(text: unknown): Milliseconds {
  const parsed = amount(text, /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/i, durationUnits);
  if (parsed === undefined) throw new UserError(`${durationForm} is expected (got ${JSON.stringify(text)})`);
  return parsed;
}

/**
 * Reads `16mb`, `2gb` or `512kb`; upper and lower case are the same, and so are `mb` and `mib`: 1 kb is 1,024 bytes.
 * @returns whole bytes
 * @throws UserError for anything else, a number without a unit too
 */
export function parseSize(text: unknown): Bytes {
  const plain = typeof text === 'string' ? text.replace(/([kmgt])ib$/i, '$1b') : text;
  const parsed = amount(plain, /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|tb)$/i, sizeUnits);
  if (parsed === undefined) throw new UserError(`${sizeForm} is expected (got ${JSON.stringify(text)})`);
  return parsed;
}

/** The shortest text that `parseDuration` reads back to the same number: `90s`, `1m`, `1500ms`. */
export function formatDuration(duration: Milliseconds): string {
  return exactly(duration, durationUnits, 'ms');
}

/** The shortest text that `parseSize` reads back to the same number: `16mb`, `1536kb`, `1000b`. */
export function formatSize(size: Bytes): string {
  return exactly(size, sizeUnits, 'b');
}

/** A size for people, one decimal at most: `1.4 MB`, `812 B`. */
export function readableSize(size: Bytes): string {
  const [unit, factor] = Object.entries(sizeUnits).findLast(([, bytes]) => size >= bytes) ?? ['b', 1];
  return `${Number((size / factor).toFixed(1))} ${unit.toUpperCase()}`;
}

function amount(text: unknown, form: RegExp, units: Record<string, number>): number | undefined {
  const [, digits, unit] = (typeof text === 'string' ? form.exec(text.trim()) : null) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const value = Math.round(Number(digits) * (units[unit.toLowerCase()] ?? NaN));
  return Number.isSafeInteger(value) ? value : undefined;
}

function exactly(value: number, units: Record<string, number>, smallest: string): string {
  const [unit, factor] = Object.entries(units).findLast(([, each]) => value > 0 && value % each === 0) ?? [smallest, 1];
  return `${value / factor}${unit}`;
}
