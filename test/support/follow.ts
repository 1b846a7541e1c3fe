import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChannelSource } from '../../plumber-app/server/channel.ts';
import { publish } from '../../releases/publish.ts';
import { openStore, type Store } from '../../releases/store.ts';
import type { Azurite } from './azurite.ts';
import { serve, type Scope, type ServeOptions, type TestServer } from './server.ts';

/** The name of the tests' service, and of its channel. */
export const service = 'times';

export interface ReleaseOptions {
  /** What the probe expects instead of the right answer. */
  readonly expected?: readonly number[];
  /** What the probe sends. */
  readonly probeBody?: string;
  /** More of the `plumber.R`. */
  readonly code?: string;
  /** More files. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A store of releases that multiply by different numbers: an answer tells which release gave it. */
export interface Releases {
  /** The store as the tests use it. */
  readonly store: Store;
  /** The same store as the server sees it: over a line that can be cut. */
  readonly remote: Store;
  readonly cache: string;
  /** Publishes the release that multiplies by `k`, and returns its id. */
  publish(k: number, options?: ReleaseOptions): Promise<string>;
  /** Cuts the line, or mends it. */
  setAway(away: boolean): void;
  /** Cuts the line when so many bytes more have come over it. */
  cutAfter(bytes: number): void;
}

export async function releasesIn(t: Scope, azurite: Azurite): Promise<Releases> {
  const work = await mkdtemp(join(tmpdir(), 'penstock-test-'));
  t.teardown(() => rm(work, { recursive: true, force: true }));
  const container = `releases-${work
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '0')}${Date.now()}`;
  const target = new URL(azurite.blobUrl);
  const line = await lineTo(t, target);
  const store = openStore(`${target.origin}/devstoreaccount1/${container}`);
  let published = 0;
  return {
    store,
    remote: openStore(`http://127.0.0.1:${line.port}/devstoreaccount1/${container}`),
    cache: join(work, 'cache'),
    setAway: (away) => line.setAway(away),
    cutAfter: (bytes) => line.cutAfter(bytes),
    async publish(k, options = {}) {
      const directory = join(work, String((published += 1)));
      await writeService(directory, k, options);
      return (await publish(store, directory)).manifest.id;
    },
  };
}

/** Writes the service's directory: `GET /k` answers the number, `POST /score` multiplies the rows by it, merged or not. */
export async function writeService(directory: string, k: number, options: ReleaseOptions = {}): Promise<void> {
  const { expected = [1.5 * k, 2.5 * k], probeBody = '{"df":[{"x":1.5},{"x":2.5}]}', code = '', files = {} } = options;
  const written = {
    'plumber.R': `k <- ${k}\n\n#* @get /k\nfunction() k\n\n#* @post /score\nfunction(df) df$x * k\n\n${code}`,
    'schema.json': '{"type":"object","properties":{"x":{"type":"number"}},"required":["x"]}',
    'body.json': probeBody,
    'expected.json': JSON.stringify(expected),
    'service.yaml': `name: ${service}
routes: { POST /score: { rows: df, schema: schema.json, batch: {} } }
probes: [{ name: two-rows, route: POST /score, body: body.json, expect: expected.json }]
`,
    ...files,
  };
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(written)) await writeFile(join(directory, name), content);
}

/** A server that follows the channel; it does not look by itself unless told. */
export async function follow(t: Scope, releases: Releases, options: ServeOptions = {}): Promise<TestServer> {
  const source = new ChannelSource(releases.remote, service, releases.cache);
  const { directory, release } = await source.first();
  return serve(t, directory, { release, source, lookEvery: 3_600_000, ...options });
}

interface Line {
  readonly port: number;
  setAway(away: boolean): void;
  cutAfter(bytes: number): void;
}

/** A TCP line to a server that can be cut. */
async function lineTo(t: Scope, target: URL): Promise<Line> {
  let isAway = false;
  let left = Infinity;
  const sockets = new Set<Socket>();
  const setAway = (away: boolean) => {
    isAway = away;
    if (away) for (const socket of sockets) socket.destroy();
  };
  const line = createServer((client) => {
    if (isAway) return void client.destroy();
    const server = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(server);
    server.pipe(client);
    server.on('data', (bytes) => {
      left -= bytes.length;
      if (left > 0) return;
      left = Infinity;
      setAway(true);
    });
  });
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  t.teardown(() => {
    line.close();
    setAway(true);
  });
  return { port: (line.address() as AddressInfo).port, setAway, cutAfter: (bytes) => (left = bytes) };
}
