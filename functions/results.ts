import { buffer } from 'node:stream/consumers';
import { RestError, type ContainerClient } from '@azure/storage-blob';
import type { Milliseconds } from '../service/units.ts';
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
  /** Calls sent through the gateway, one for each probe that was answered. */
  readonly calls: readonly { readonly probe: string; readonly status: number; readonly latency: Milliseconds }[];
  readonly duration: Milliseconds;
}

/** The last results of each channel, and all of them by day. */
export interface Results {
  keepProbes(rounds: readonly ProbeRound[]): Promise<void>;
  keepWarmUps(warmUps: readonly WarmUp[]): Promise<void>;
  lastProbes(channel: string): Promise<ProbeRound | undefined>;
  lastWarmUp(channel: string): Promise<WarmUp | undefined>;
}

/** The most that one append takes (https://learn.microsoft.com/rest/api/storageservices/append-block). */
const largestAppend = 4 * 1024 * 1024;

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
      blobHTTPHeaders: { blobContentType: 'application/json' },
    }),
  );
}

async function append(container: ContainerClient, name: string, values: readonly unknown[]): Promise<void> {
  const blob = container.getAppendBlobClient(name);
  await inContainer(container, () =>
    blob.createIfNotExists({ blobHTTPHeaders: { blobContentType: 'application/jsonl' } }),
  );
  let block = '';
  for (const line of values.map((value) => `${JSON.stringify(value)}\n`)) {
    if (block !== '' && Buffer.byteLength(block) + Buffer.byteLength(line) > largestAppend) {
      await blob.appendBlock(block, Buffer.byteLength(block));
      block = '';
    }
    block += line;
  }
  await blob.appendBlock(block, Buffer.byteLength(block));
}

async function inContainer<T>(container: ContainerClient, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof RestError && error.code === 'ContainerNotFound')) throw error;
    await container.createIfNotExists();
    return write();
  }
}

async function readJson<T>(container: ContainerClient, name: string): Promise<T | undefined> {
  try {
    const { readableStreamBody } = await container.getBlobClient(name).download();
    const bytes = await buffer(readableStreamBody as NodeJS.ReadableStream);
    return JSON.parse(bytes.toString()) as T;
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}
