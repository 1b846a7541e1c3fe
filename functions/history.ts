import { buffer } from 'node:stream/consumers';
import { RestError, type ContainerClient } from '@azure/storage-blob';
import type { Bytes, Milliseconds } from '../service/units.ts';
import { probeDay, storeDeadline, type ProbeRound } from './results.ts';

/** One result of one probe, as far as a curve shows it. */
export interface Point {
  readonly at: Milliseconds;
  readonly ok: boolean;
  readonly latency: Milliseconds;
}

/** The results of one probe of one channel, oldest first. */
export interface Series {
  readonly channel: string;
  readonly probe: string;
  readonly points: readonly Point[];
}

/** What the probes have found. */
export interface History {
  /** The results of the last `span` before `now`, by channel and probe. */
  since(span: Milliseconds, now: Date): Promise<Series[]>;
}

interface Day {
  /** How much of the blob has been read. */
  offset: Bytes;
  readonly points: Map<string, Point[]>;
  /** One reading at a time: two would take the same lines twice. */
  reading: Promise<void>;
}

/** Yesterday's and today's; one more while a day ends. */
const daysKept = 3;

/**
 * Reads the blobs that `results.ts` appends to. What has been read is kept, so that each reading fetches what is new alone. A
 * line is appended whole, so that a reading never ends within one.
 */
export function createHistory(container: ContainerClient): History {
  const days = new Map<string, Day>();

  const dayOf = (name: string): Day => {
    const known = days.get(name) ?? { offset: 0, points: new Map<string, Point[]>(), reading: Promise.resolve() };
    days.set(name, known);
    for (const oldest of [...days.keys()].sort().slice(0, -daysKept)) days.delete(oldest);
    return known;
  };
  const read = (name: string): Promise<Day> => {
    const day = dayOf(name);
    // After a reading that failed the next one tries again.
    day.reading = day.reading.catch(() => undefined).then(() => readOn(container, probeDay(name), day));
    return day.reading.then(() => day);
  };

  return {
    async since(span, now) {
      const from = now.getTime() - span;
      const names = new Set([from, now.getTime()].map((time) => new Date(time).toISOString().slice(0, 10)));
      const found = await Promise.all([...names].map(read));
      const series = new Map<string, Point[]>();
      for (const { points } of found) {
        for (const [key, all] of points) {
          const recent = all.filter(({ at }) => at >= from && at <= now.getTime());
          if (recent.length > 0) series.set(key, [...(series.get(key) ?? []), ...recent]);
        }
      }
      return [...series].map(([key, points]) => {
        const [channel = '', probe = ''] = key.split('\n');
        return { channel, probe, points: points.sort((a, b) => a.at - b.at) };
      });
    },
  };
}

async function readOn(container: ContainerClient, name: string, day: Day): Promise<void> {
  const bytes = await tail(container, name, day.offset);
  day.offset += bytes.length;
  for (const line of bytes.toString().split('\n')) {
    const round = parsed(line);
    for (const { probe, at, ok, latency } of round?.probes ?? []) {
      const key = `${round?.channel ?? ''}\n${probe}`;
      const points = day.points.get(key) ?? [];
      day.points.set(key, points);
      points.push({ at: Date.parse(at), ok, latency });
    }
  }
}

/** What a blob has from an offset on; nothing when there is no more, or no such blob. */
async function tail(container: ContainerClient, name: string, offset: Bytes): Promise<Buffer> {
  try {
    const abortSignal = AbortSignal.timeout(storeDeadline);
    const { readableStreamBody } = await container.getBlobClient(name).download(offset, undefined, { abortSignal });
    return await buffer(readableStreamBody as NodeJS.ReadableStream);
  } catch (error) {
    // 416: the offset is the blob's end.
    if (error instanceof RestError && (error.statusCode === 404 || error.statusCode === 416)) return Buffer.alloc(0);
    throw error;
  }
}

/** A line that is damaged is one point less, no more. */
function parsed(line: string): ProbeRound | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as ProbeRound);
  } catch {
    return undefined;
  }
}
