import { buffer } from 'node:stream/consumers';
import { RestError, type ContainerClient } from '@azure/storage-blob';
import type { Milliseconds } from '../service/units.ts';
import type { Certificate } from './certificate.ts';
import { inContainer } from './container.ts';
import type { Fleet } from './fleet.ts';
import type { DoorResult } from './front-door.ts';
import type { ProbeResult } from './probe.ts';

/** What the last round of probes found for one channel. */
export interface ProbeRound {
  readonly channel: string;
  /** Absent when the channel could not be read. */
  readonly service?: string;
  readonly release?: string;
  readonly at: string;
  readonly ok: boolean;
  /** Why no probe could be sent. */
  readonly reason?: string;
  readonly probes: readonly ProbeResult[];
  /** Calls that the gateway must refuse. */
  readonly door: readonly DoorResult[];
  /** The gateway's certificate; absent when the gateway speaks plain HTTP, or when it did not show one. */
  readonly certificate?: Certificate;
}

/** What the last warm-up of one channel came to. */
export interface WarmUp {
  readonly channel: string;
  readonly service?: string;
  readonly release?: string;
  readonly at: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly files: number;
  readonly bytes: number;
  /** Where the replicas stood with the release; absent when the warm-up did not get so far. */
  readonly fleet?: Fleet;
  /** Calls sent through the gateway, by the probe whose body was sent. */
  readonly calls: readonly WarmCalls[];
  readonly duration: Milliseconds;
}

export interface WarmCalls {
  readonly probe: string;
  /** How many were answered with success. */
  readonly sent: number;
  /** The latency of the first one. */
  readonly first: Milliseconds;
  /** The median of all. */
  readonly median: Milliseconds;
  /** How many another release answered, where answers say which. */
  readonly others: number;
}

/** The last results of each channel, and all of them by day. */
export interface Results {
  readonly container: ContainerClient;
  keepProbes(rounds: readonly ProbeRound[]): Promise<void>;
  keepWarmUps(warmUps: readonly WarmUp[]): Promise<void>;
  lastProbes(channel: string): Promise<ProbeRound | undefined>;
  lastWarmUp(channel: string): Promise<WarmUp | undefined>;
}

/** The blob with all rounds of probes of a UTC day, `2026-03-01`. */
export function probeDay(day: string): string {
  return `probes/days/${day}.jsonl`;
}

/** The most that one append takes (https://learn.microsoft.com/rest/api/storageservices/append-block). */
const largestAppend = 4 * 1024 * 1024;
/** When a call to the store is given up, tries again included. */
export const storeDeadline: Milliseconds = 20_000;

/**
 * Keeps results in a container: `probes/last/CHANNEL.json` and `warm-ups/last/CHANNEL.json` hold the last one of each channel,
 * `probes/days/YYYY-MM-DD.jsonl` and `warm-ups/days/YYYY-MM-DD.jsonl` all of a day (UTC), one JSON line each. Appending is atomic,
 * so several instances may write at once. The container is made when it is missing.
 */
export function createResults(container: ContainerClient): Results {
  const keep = async (kind: string, results: readonly { readonly channel: string; readonly at: string }[]) => {
    for (const result of results) await writeLast(container, `${kind}/last/${result.channel}.json`, result);
    for (const [day, lines] of Map.groupBy(results, ({ at }) => at.slice(0, 10))) {
      await append(container, `${kind}/days/${day}.jsonl`, lines);
    }
  };
  return {
    container,
    keepProbes: (rounds) => keep('probes', rounds),
    keepWarmUps: (warmUps) => keep('warm-ups', warmUps),
    lastProbes: (channel) => readJson<ProbeRound>(container, `probes/last/${channel}.json`),
    lastWarmUp: (channel) => readJson<WarmUp>(container, `warm-ups/last/${channel}.json`),
  };
}

async function writeLast(container: ContainerClient, name: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await inContainer(container, () =>
    container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), {
      abortSignal: AbortSignal.timeout(storeDeadline),
      blobHTTPHeaders: { blobContentType: 'application/json' },
    }),
  );
}

async function append(container: ContainerClient, name: string, values: readonly unknown[]): Promise<void> {
  const blob = container.getAppendBlobClient(name);
  const abortSignal = AbortSignal.timeout(storeDeadline);
  await inContainer(container, () =>
    blob.createIfNotExists({ abortSignal, blobHTTPHeaders: { blobContentType: 'application/jsonl' } }),
  );
  let block = '';
  for (const line of values.map((value) => `${JSON.stringify(value)}\n`)) {
    if (block !== '' && Buffer.byteLength(block) + Buffer.byteLength(line) > largestAppend) {
      await blob.appendBlock(block, Buffer.byteLength(block), { abortSignal });
      block = '';
    }
    block += line;
  }
  await blob.appendBlock(block, Buffer.byteLength(block), { abortSignal });
}

async function readJson<T>(container: ContainerClient, name: string): Promise<T | undefined> {
  try {
    const abortSignal = AbortSignal.timeout(storeDeadline);
    const { readableStreamBody } = await container.getBlobClient(name).download(0, undefined, { abortSignal });
    const bytes = await buffer(readableStreamBody as NodeJS.ReadableStream);
    return JSON.parse(bytes.toString()) as T;
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}
