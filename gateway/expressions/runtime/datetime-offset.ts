import { type NetType, typeNamed } from '../type.ts';
import { DateTime, local, utc } from './datetime.ts';
import { formatDateTime } from './datetime-format.ts';
import { parseDateTimeOrThrow } from './datetime-parse.ts';
import { TimeSpan } from './timespan.ts';
import { NetObject } from './value.ts';

const epochSeconds = 62_135_596_800n;

/** A System.DateTimeOffset: a clock's time and how far that clock is ahead of UTC. Immutable. */
export class DateTimeOffset extends NetObject {
  /** What the clock shows. */
  readonly clock: DateTime;
  readonly offset: TimeSpan;

  constructor(clock: DateTime, offset = TimeSpan.zero) {
    super();
    this.clock = new DateTime(clock.ticks);
    this.offset = offset;
  }

  /** Local time is UTC here, so every kind of DateTime has the offset zero. */
  static fromDateTime(value: DateTime): DateTimeOffset {
    return new DateTimeOffset(value);
  }

  static parse(text: string): DateTimeOffset {
    const instant = parseDateTimeOrThrow(text);
    const zone = instant.kind === local ? /([+-])(\d{1,2}):?(\d{2})?\s*$/.exec(text.trim()) : null;
    if (!zone) return new DateTimeOffset(instant);
    const minutes = Number(zone[2]) * 60 + Number(zone[3] ?? 0);
    const offset = TimeSpan.of(0, 0, zone[1] === '-' ? -minutes : minutes, 0);
    return new DateTimeOffset(instant.addTicks(offset.ticks), offset);
  }

  static fromUnixMilliseconds(milliseconds: bigint): DateTimeOffset {
    return new DateTimeOffset(new DateTime((epochSeconds * 1000n + milliseconds) * 10_000n));
  }

  get netType(): NetType {
    return typeNamed('DateTimeOffset');
  }
  get utcDateTime(): DateTime {
    return new DateTime(this.clock.ticks - this.offset.ticks, utc);
  }
  /** Milliseconds since 1970, cut towards the past. */
  get unixMilliseconds(): bigint {
    return this.utcDateTime.ticks / 10_000n - epochSeconds * 1000n;
  }
  get unixSeconds(): bigint {
    return this.utcDateTime.ticks / 10_000_000n - epochSeconds;
  }

  move(change: (clock: DateTime) => DateTime): DateTimeOffset {
    return new DateTimeOffset(change(this.clock), this.offset);
  }

  toOffset(offset: TimeSpan): DateTimeOffset {
    return new DateTimeOffset(this.utcDateTime.addTicks(offset.ticks), offset);
  }

  format(pattern: string): string {
    // These patterns print the time in UTC.
    const value = pattern === 'u' || pattern === 'r' || pattern === 'R' ? this.utcDateTime : this.clock;
    return formatDateTime(value, pattern, this.offset);
  }

  override equals(other: unknown): boolean {
    return other instanceof DateTimeOffset && other.utcDateTime.ticks === this.utcDateTime.ticks;
  }
  override get key(): unknown {
    return `\0DateTimeOffset\0${this.utcDateTime.ticks}`;
  }
  override compareTo(other: unknown): number {
    return this.utcDateTime.compareTo((other as DateTimeOffset).utcDateTime);
  }
  override toString(): string {
    return this.format('MM/dd/yyyy HH:mm:ss zzz');
  }
}
