import { readChannel } from '../../releases/channel.ts';
import { pull } from '../../releases/pull.ts';
import { type Store } from '../../releases/store.ts';
import { loadService } from '../../service/load.ts';
import { type Served, type Source } from './serve.ts';

/** A channel of a release store: what is promoted there is pulled, verified and served. */
export class ChannelSource implements Source {
  readonly #store: Store;
  readonly #channel: string;
  readonly #cacheDirectory: string;
  #etag: string | undefined;
  #release: string | undefined;

  /** @param cacheDirectory where releases are kept on this machine; processes may share it */
  constructor(store: Store, channel: string, cacheDirectory: string) {
    this.#store = store;
    this.#channel = channel;
    this.#cacheDirectory = cacheDirectory;
  }

  /** @throws UserError when there is no such channel, or its release is missing, damaged or not a service */
  async first(): Promise<Served> {
    const { channel, etag } = await readChannel(this.#store, this.#channel);
    return this.#served(channel.release, etag);
  }

  async next(): Promise<Served | undefined> {
    const reading = await readChannel(this.#store, this.#channel, { etag: this.#etag });
    if (reading === 'unchanged' || reading.channel.release === this.#release) return undefined;
    return this.#served(reading.channel.release, reading.etag);
  }

  async #served(release: string, etag: string): Promise<Served> {
    const directory = await pull(this.#store, release, this.#cacheDirectory);
    // Products were checked when it was published, against an environment that we don't know.
    const definition = await loadService(directory, { products: 'any' });
    this.#etag = etag;
    this.#release = release;
    return { directory, definition, release };
  }
}
