import { ReleaseCache } from '../../releases/cache.ts';
import { readChannel } from '../../releases/channel.ts';
import { definitionOf } from '../../releases/definition.ts';
import { parseReleaseId } from '../../releases/id.ts';
import { pull } from '../../releases/pull.ts';
import type { Store } from '../../releases/store.ts';
import type { Served, Source, StepOptions } from './source.ts';

/** A channel of a release store: what is promoted there is pulled, verified and served. */
export class ChannelSource implements Source {
  readonly channel: string;
  readonly #store: Store;
  readonly #cache: ReleaseCache;
  #etag: string | undefined;

  /** @param cacheDirectory where releases are kept on this machine; processes may share it */
  constructor(store: Store, channel: string, cacheDirectory: string) {
    this.channel = channel;
    this.#store = store;
    this.#cache = new ReleaseCache(cacheDirectory);
  }

  /** @throws UserError when there is no such channel, or its release is missing, damaged or not a service */
  async first(): Promise<Served> {
    const { channel, etag } = await readChannel(this.#store, this.channel);
    this.#etag = etag;
    return this.fetch(channel.release);
  }

  async look(signal: AbortSignal): Promise<string | undefined> {
    const reading = await readChannel(this.#store, this.channel, { etag: this.#etag, signal });
    if (reading === 'unchanged') return undefined;
    this.#etag = reading.etag;
    return reading.channel.release;
  }

  async fetch(release: string, { signal, onStep }: Partial<StepOptions> = {}): Promise<Served> {
    onStep?.('pull');
    await this.#cache.claim(release);
    const directory = await pull(this.#store, release, this.#cache.directory, { signal });
    onStep?.('definition');
    return { directory, definition: await definitionOf(directory, release), release };
  }

  async keepOnly(releases: readonly string[]): Promise<void> {
    const services = new Set(releases.map((release) => parseReleaseId(release).service));
    for (const service of services) await this.#cache.keepOnly(service, releases);
  }

  close(): Promise<void> {
    return this.#cache.close();
  }
}
