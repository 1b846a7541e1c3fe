import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import joi from 'joi';
import { UserError } from '../service/errors.ts';
import { nearest } from '../service/nearest.ts';
import { download } from './download.ts';
import { atStore, codeOf, isConflict, isMissingContainer, statusOf } from './failure.ts';
import { parseReleaseId } from './id.ts';
import { shaped } from './shape.ts';
import type { Store } from './store.ts';

/** A pointer to the release that a service's pods serve, such as `boston-housing` or `boston-housing/canary`. */
export interface Channel {
  readonly name: string;
  readonly service: string;
  /** The id of the promoted release. */
  readonly release: string;
  /** ISO 8601 in UTC. */
  readonly promotedAt: string;
  /** What was promoted before, newest first; rolling back goes to the first. */
  readonly previous: readonly string[];
}

export interface ChannelReading {
  readonly channel: Channel;
  /** Names this very content of the channel, for the next conditional read. */
  readonly etag: string;
}

const schema = joi
  .object<Omit<Channel, 'name'>>({
    service: joi.string().required(),
    release: joi.string().required(),
    promotedAt: joi.string().isoDate().required(),
    previous: joi.array().items(joi.string()).required(),
  })
  .required();

/** The channel that a service follows unless told otherwise. */
export function defaultChannel(service: string): string {
  return service;
}

/** The blob that holds a channel. */
export function channelBlob(name: string): string {
  return `channels/${name}.json`;
}

/** The channel that a blob holds; undefined when it holds none. */
export function channelNameOf(blob: string): string | undefined {
  const [, name] = /^channels\/(.+)\.json$/.exec(blob) ?? [];
  return name !== undefined && isChannelName(name) ? name : undefined;
}

export function isChannelName(name: string): boolean {
  return name.length <= 200 && /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/.test(name);
}

/** @throws UserError when the name cannot be a channel's */
export function checkChannelName(name: string): void {
  if (isChannelName(name)) return;
  throw new UserError(
    `${JSON.stringify(name)} is not a channel; a name of letters, digits, "-" and "_" is expected, in parts divided by "/"`,
  );
}

/**
 * What a channel points to.
 * @param options.etag of an earlier reading: when the channel is still the same, the answer is `unchanged`
 * @throws UserError when there is no such channel (naming those that there are), or it is damaged
 */
export async function readChannel(
  store: Store,
  name: string,
  options?: { etag?: undefined; signal?: AbortSignal | undefined },
): Promise<ChannelReading>;
export async function readChannel(
  store: Store,
  name: string,
  options: { etag?: string | undefined; signal?: AbortSignal | undefined },
): Promise<ChannelReading | 'unchanged'>;
export async function readChannel(
  store: Store,
  name: string,
  { etag, signal }: { etag?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ChannelReading | 'unchanged'> {
  const found = await findChannel(store, name, { etag, signal });
  return found ?? missing(store, name);
}

/** As `readChannel`, but undefined when there is no such channel. */
export async function findChannel(
  store: Store,
  name: string,
  { etag, signal }: { etag?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ChannelReading | 'unchanged' | undefined> {
  checkChannelName(name);
  return atStore(store, `read the channel ${name}`, signal, async (abortSignal) => {
    const blob = store.releases.getBlobClient(channelBlob(name));
    try {
      const found = await download(blob, abortSignal, etag === undefined ? {} : { ifNoneMatch: etag });
      return { channel: parseChannel(name, await text(found.bytes)), etag: found.etag };
    } catch (error) {
      if (statusOf(error) === 304) return 'unchanged';
      if (codeOf(error) === 'BlobNotFound' || isMissingContainer(error)) return undefined;
      throw error;
    }
  });
}

/** The names of all channels of the store, sorted. */
export async function channelNames(store: Store): Promise<string[]> {
  return atStore(store, 'list the channels', undefined, async (abortSignal) => {
    const names: string[] = [];
    try {
      for await (const { name } of store.releases.listBlobsFlat({ prefix: 'channels/', abortSignal })) {
        const channel = channelNameOf(name);
        if (channel !== undefined) names.push(channel);
      }
    } catch (error) {
      if (!isMissingContainer(error)) throw error;
    }
    return names.sort();
  });
}

/** All channels of the store, sorted by name. */
export async function listChannels(store: Store): Promise<Channel[]> {
  const found = await Promise.all((await channelNames(store)).map((name) => findChannel(store, name)));
  return found.filter((reading) => typeof reading === 'object').map(({ channel }) => channel);
}

/**
 * Writes a channel, provided that it is still what was read.
 * @param was the reading that the new content is based on; undefined: the channel must not exist yet
 * @throws UserError when somebody else has changed it meanwhile
 */
export async function writeChannel(
  store: Store,
  { name, ...content }: Channel,
  was: ChannelReading | undefined,
): Promise<void> {
  const json = `${JSON.stringify(content, null, 2)}\n`;
  await atStore(store, `write the channel ${name}`, undefined, async (abortSignal) => {
    try {
      await store.releases.getBlockBlobClient(channelBlob(name)).upload(json, Buffer.byteLength(json), {
        abortSignal,
        blobHTTPHeaders: { blobContentType: 'application/json' },
        conditions: was === undefined ? { ifNoneMatch: '*' } : { ifMatch: was.etag },
      });
    } catch (error) {
      if (!isConflict(error)) throw error;
      // An answer that was lost on the way makes the SDK write again, and find what it has written itself.
      const now = await findChannel(store, name);
      if (typeof now === 'object' && isDeepStrictEqual(now.channel, { name, ...content })) return;
      throw new UserError(`the channel ${name} of ${store.url} was changed meanwhile; look at it and try again`);
    }
  });
}

function parseChannel(name: string, json: string): Channel {
  try {
    const value = shaped(schema, JSON.parse(json));
    const { service } = parseReleaseId(value.release);
    value.previous.forEach(parseReleaseId);
    if (service !== value.service) throw new Error(`${value.release} is no release of ${value.service}`);
    return { name, ...value };
  } catch (error) {
    throw new UserError(`the channel ${name} is damaged: ${(error as Error).message}`);
  }
}

async function missing(store: Store, name: string): Promise<never> {
  const known = await channelNames(store);
  const meant = nearest(name, known);
  const hint =
    known.length === 0
      ? 'it has no channels yet: publish a release and promote it'
      : `${meant === undefined ? '' : `did you mean ${meant}? `}it has ${known.join(', ')}`;
  throw new UserError(`there is no channel ${name} in ${store.url}; ${hint}`);
}
