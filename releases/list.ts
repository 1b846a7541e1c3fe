import type { Bytes } from '../service/units.ts';
import { listChannels } from './channel.ts';
import { atStore, isMissingContainer } from './failure.ts';
import { formatReleaseId } from './id.ts';
import type { Store } from './store.ts';

/** A release as the store's listing shows it. */
export interface ReleaseSummary {
  readonly id: string;
  readonly service: string;
  /** The channels that point to it, sorted. */
  readonly channels: readonly string[];
  readonly files: number;
  readonly size: Bytes;
  /** When its upload was finished, or begun when it never was; ISO 8601 in UTC. */
  readonly createdAt: string;
  /** Whether its upload was finished; otherwise it cannot be promoted, and publishing it again finishes it. */
  readonly complete: boolean;
}

/**
 * The releases of a store (or of one service), by service and then newest first. It reads the listing and the channels,
 * no manifests. A store without the container has none.
 */
export async function listReleases(store: Store, { service }: { service?: string } = {}): Promise<ReleaseSummary[]> {
  const channels = await listChannels(store);
  const found = new Map<string, { service: string; files: number; size: Bytes; begun: number; finished?: number }>();
  await atStore(store, 'list the releases', undefined, async (abortSignal, renew) => {
    try {
      const prefix = service === undefined ? '' : `${service}/`;
      for await (const { name, properties } of store.releases.listBlobsFlat({ prefix, abortSignal })) {
        renew();
        const [, owner, hex, rest] = /^([^/]+)\/([0-9a-f]{12})\/(manifest\.json$|files\/)/.exec(name) ?? [];
        if (owner === undefined || hex === undefined) continue;
        const id = formatReleaseId({ service: owner, hex });
        const at = (properties.createdOn ?? properties.lastModified).getTime();
        const release = found.get(id) ?? { service: owner, files: 0, size: 0, begun: at };
        found.set(id, release);
        release.begun = Math.min(release.begun, at);
        if (rest === 'manifest.json') release.finished = at;
        else {
          release.files += 1;
          release.size += properties.contentLength ?? 0;
        }
      }
    } catch (error) {
      if (!isMissingContainer(error)) throw error;
    }
  });
  return [...found]
    .map(([id, { begun, finished, ...release }]): ReleaseSummary => {
      const pointing = channels.filter((channel) => channel.release === id).map(({ name }) => name);
      const createdAt = new Date(finished ?? begun).toISOString();
      return { id, ...release, channels: pointing, createdAt, complete: finished !== undefined };
    })
    .sort((a, b) => compare(a.service, b.service) || compare(b.createdAt, a.createdAt) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
