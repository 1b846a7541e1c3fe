import { text } from 'node:stream/consumers';
import joi from 'joi';
import { UserError } from '../service/errors.ts';
import { ensureContainer } from './container.ts';
import { download } from './download.ts';
import { atStore, codeOf, isMissingContainer } from './failure.ts';
import { shaped } from './shape.ts';
import type { Store } from './store.ts';
import type { Milliseconds } from '../service/units.ts';

/** What one pod serves, as it says itself: `<service>/<pod>.json` in the container `replicas`. */
export interface ReplicaReport {
  readonly service: string;
  /** The pod's name, or another name of the replica: letters, digits, `-`, `_` and `.`. */
  readonly pod: string;
  /** The release that the state is about. */
  readonly release: string;
  /** `refused`: the release failed a check, and the pod goes on serving `previous`. */
  readonly state: 'serving' | 'loading' | 'refused';
  /** Since when it is in this state; ISO 8601 in UTC. */
  readonly since: string;
  /** When it last reported; a report that is no longer updated is that of a pod that is gone. */
  readonly updatedAt: string;
  /** Why, when the state needs a reason. */
  readonly detail?: string | undefined;
  /** The release that is served meanwhile. */
  readonly previous?: string | undefined;
  /** The channel that the pod follows; reports of older servers don't say. */
  readonly channel?: string | undefined;
}

/** A report and how old it is. */
export interface AgedReport extends ReplicaReport {
  /** Since it was last written, by the store's clock alone: the pod's and ours may be wrong. */
  readonly age: Milliseconds;
}

/** A pod reports at least this often while it lives. */
export const heartbeat: Milliseconds = 30_000;

const schema = joi
  .object<ReplicaReport>({
    service: joi.string().required(),
    pod: joi
      .string()
      .pattern(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}$/)
      .required(),
    release: joi.string().required(),
    state: joi.valid('serving', 'loading', 'refused').required(),
    since: joi.string().isoDate().required(),
    updatedAt: joi.string().isoDate().required(),
    detail: joi.string().allow(''),
    previous: joi.string(),
    channel: joi.string(),
  })
  .unknown()
  .required();

/** Writes a pod's report over its last one. @throws UserError when it is malformed, and for failures of the store */
export async function writeReplicaReport(
  store: Store,
  report: ReplicaReport,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { error } = schema.validate(report, { convert: false });
  if (error !== undefined) throw new UserError(`the report of ${report.pod} is malformed: ${error.message}`);
  const content = `${JSON.stringify(report)}\n`;
  await atStore(store, `write the report of ${report.pod}`, signal, async (abortSignal) => {
    const blob = store.replicas.getBlockBlobClient(reportBlob(report.service, report.pod));
    const options = { abortSignal, blobHTTPHeaders: { blobContentType: 'application/json' } };
    try {
      await blob.upload(content, Buffer.byteLength(content), options);
    } catch (error) {
      if (!isMissingContainer(error)) throw error;
      await ensureContainer(store.replicas, store);
      await blob.upload(content, Buffer.byteLength(content), options);
    }
  });
}

/** Removes a pod's report, when the pod stops in good order. It is no error when there is none. */
export async function removeReplicaReport(
  store: Store,
  service: string,
  pod: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await atStore(store, `remove the report of ${pod}`, signal, async (abortSignal) => {
    try {
      await store.replicas.getBlobClient(reportBlob(service, pod)).deleteIfExists({ abortSignal });
    } catch (error) {
      if (!isMissingContainer(error)) throw error;
    }
  });
}

/** The reports of all pods of a service, sorted by pod; none when no pod has ever reported. A malformed one is left out. */
export async function readReplicaReports(store: Store, service: string): Promise<ReplicaReport[]> {
  return atStore(store, `read the reports of ${service}`, undefined, async (abortSignal) => {
    const names: string[] = [];
    try {
      const blobs = store.replicas.listBlobsFlat({ prefix: `${service}/`, abortSignal });
      for await (const { name } of blobs) names.push(name);
    } catch (error) {
      if (!isMissingContainer(error)) throw error;
    }
    const reports = await Promise.all(names.sort().map((name) => readReport(store, name, abortSignal)));
    return reports.filter((report) => report !== undefined);
  });
}

/** As `readReplicaReports`, each with its age. */
export async function readAgedReports(
  store: Store,
  service: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<AgedReport[]> {
  return atStore(store, `read the reports of ${service}`, signal, async (abortSignal) => {
    const written: { name: string; age: Milliseconds }[] = [];
    try {
      const pages = store.replicas.listBlobsFlat({ prefix: `${service}/`, abortSignal }).byPage();
      for await (const { date, segment } of pages) {
        const now = date ?? new Date();
        for (const { name, properties } of segment.blobItems) {
          written.push({ name, age: Math.max(0, now.getTime() - properties.lastModified.getTime()) });
        }
      }
    } catch (error) {
      if (!isMissingContainer(error)) throw error;
    }
    const reports = await Promise.all(
      written.map(async ({ name, age }) => {
        const report = await readReport(store, name, abortSignal);
        return report && { ...report, age };
      }),
    );
    return reports.filter((report) => report !== undefined).sort((a, b) => (a.pod < b.pod ? -1 : 1));
  });
}

async function readReport(store: Store, name: string, abortSignal: AbortSignal): Promise<ReplicaReport | undefined> {
  try {
    const { bytes } = await download(store.replicas.getBlobClient(name), abortSignal);
    return shaped(schema, JSON.parse(await text(bytes)));
  } catch (error) {
    if (codeOf(error) === 'BlobNotFound') return undefined;
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    store.logger?.warn({ store: store.url, blob: name, reason: error.message }, 'malformed replica report');
    return undefined;
  }
}

function reportBlob(service: string, pod: string): string {
  return `${service}/${pod}.json`;
}
