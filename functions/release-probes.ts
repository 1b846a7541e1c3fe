import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { contentTypeOf } from '../service/content-type.ts';
import type { Probe } from '../service/definition.ts';
import { parseService, serviceFile } from '../service/load.ts';
import type { Bytes } from '../service/units.ts';
import { readManifest, readText, streamFile } from '../releases/read.ts';
import type { Manifest } from '../releases/manifest.ts';
import type { Store } from '../releases/store.ts';
import type { Body } from './call.ts';
import type { ProbeTarget } from './probe.ts';

/** A release as far as this app needs it. */
export interface ProbedRelease {
  readonly manifest: Manifest;
  /** The largest body that the service takes; undefined: any. */
  readonly largestBody: Bytes | undefined;
  readonly probes: readonly ProbeTarget[];
}

/** Releases kept in memory; they never change. */
const kept = 16;

/** Reads what a release says of its probes, with the files that they name; each release once. */
export function createProbeReader(store: Store): (release: string) => Promise<ProbedRelease> {
  const known = new Map<string, ProbedRelease>();
  return async (release) => {
    const found = known.get(release) ?? (await read(store, release));
    known.delete(release);
    known.set(release, found);
    for (const oldest of known.keys()) {
      if (known.size > kept) known.delete(oldest);
    }
    return found;
  };
}

async function read(store: Store, release: string): Promise<ProbedRelease> {
  const manifest = await readManifest(store, release);
  const isDescribed = manifest.files.some(({ path }) => path === serviceFile);
  const text = isDescribed ? await readText(store, manifest, serviceFile) : '';
  const { name, probes, limits } = parseService(text, `${serviceFile} of ${release}`, manifest.service, {
    products: 'any',
  });
  return {
    manifest,
    largestBody: limits.body,
    probes: await Promise.all(probes.map((probe) => targetOf(store, manifest, name, probe))),
  };
}

async function targetOf(store: Store, manifest: Manifest, service: string, probe: Probe): Promise<ProbeTarget> {
  return {
    name: probe.name,
    release: manifest.id,
    call: {
      service,
      method: probe.method,
      path: probe.path,
      body: probe.body === undefined ? undefined : await bodyOf(store, manifest, probe.body),
    },
    expected: probe.expect === undefined ? undefined : await readText(store, manifest, posix.normalize(probe.expect)),
    tolerance: probe.tolerance,
    maxLatency: probe.maxLatency,
  };
}

async function bodyOf(store: Store, manifest: Manifest, path: string): Promise<Body> {
  return {
    bytes: await buffer(await streamFile(store, manifest, posix.normalize(path))),
    contentType: contentTypeOf(path),
  };
}
