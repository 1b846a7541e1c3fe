import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Transform } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { readChannel } from '../../releases/channel.ts';
import { listReleases } from '../../releases/list.ts';
import { patience } from '../../releases/patience.ts';
import { promote } from '../../releases/promote.ts';
import { publish } from '../../releases/publish.ts';
import { pull } from '../../releases/pull.ts';
import { streamFile } from '../../releases/read.ts';
import { openStore, type Store } from '../../releases/store.ts';
import { UserError } from '../../service/errors.ts';
import { startAzurite, type Azurite } from '../support/azurite.ts';
import { directoryOf, serviceDirectory } from '../support/releases.ts';

let azurite: Azurite;
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());

/** What a connection through the proxy does with the bytes that come from Azurite. */
type Fate = (bytes: Buffer, asked: string, client: Socket) => void;

/** One container, reached directly and over a line that can be bad. */
async function stores(
  t: ExecutionContext,
  { fate }: { fate: Fate },
  limit?: number,
): Promise<{ direct: Store; store: Store }> {
  const target = new URL(azurite.blobUrl);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    let asked = '';
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (bytes) => {
      asked += bytes.toString('latin1');
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      fate(bytes, asked, client);
      asked = '';
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  const container = `devstoreaccount1/releases-${randomUUID()}`;
  return {
    direct: openStore(`${target.origin}/${container}`),
    store: openStore(`http://127.0.0.1:${port}/${container}`, { patience: limit }),
  };
}

const pass: Fate = (bytes, _asked, client) => client.write(bytes);
const large = Buffer.alloc(8 * 2 ** 20, 'model');

test('a store that accepts and never answers is given up and named', async (t) => {
  const { store } = await stores(t, { fate: () => undefined }, 300);
  await t.throwsAsync(listReleases(store), {
    instanceOf: UserError,
    message: `store ${store.url}: cannot list the channels: it has not answered for 300ms`,
  });
});

test('a download that stops halfway is given up, and leaves nothing', async (t) => {
  let seen = 0;
  const stopping = new Set<Socket>();
  const fate: Fate = (bytes, asked, client) => {
    if (/^GET \S+\/files\/model /.test(asked)) stopping.add(client);
    if (stopping.has(client)) seen += bytes.length;
    if (seen < 2 ** 20 || !stopping.has(client)) pass(bytes, asked, client);
  };
  const { direct, store } = await stores(t, { fate }, 1_000);
  const { manifest } = await publish(direct, await serviceDirectory(t, 's', large));
  const cache = await directoryOf(t);
  await t.throwsAsync(pull(store, manifest.id, cache), {
    instanceOf: UserError,
    message: `store ${store.url}: cannot read model of ${manifest.id}: it has not answered for 1s`,
  });
  t.deepEqual(await readdir(join(cache, 's')), []);
});

test('a download whose line breaks goes on where it was', async (t) => {
  let [seen, breaks] = [0, 0];
  const fate: Fate = (bytes, asked, client) => {
    seen += bytes.length;
    pass(bytes, asked, client);
    if (seen < 2 ** 21 || breaks === 2) return;
    seen = 0;
    breaks += 1;
    client.destroy();
  };
  const { direct, store } = await stores(t, { fate });
  const { manifest } = await publish(direct, await serviceDirectory(t, 's', large));
  const directory = await pull(store, manifest.id, await directoryOf(t));
  t.is(breaks, 2);
  t.true((await readdir(directory)).includes('model'));
});

test('a reader who takes his time is not given up', async (t) => {
  const { direct, store } = await stores(t, { fate: pass }, 1_000);
  const { manifest } = await publish(direct, await serviceDirectory(t, 's', large));
  const stream = (await streamFile(store, manifest, 'model')) as Transform;
  await new Promise<void>((patienceEnds) => {
    Object.defineProperty(stream, 'writableNeedDrain', {
      get: () => {
        patienceEnds();
        return stream.writableLength > 0;
      },
    });
  });
  let size = 0;
  for await (const chunk of stream) size += (chunk as Buffer).length;
  t.is(size, large.length);
});

test('patience ends when nothing moves, but not while we hold the call up', async (t) => {
  let asked = 0;
  const waiting = patience(1, undefined, () => ++asked < 3);
  await once(waiting.signal, 'abort');
  t.is(asked, 3);
  t.true(waiting.lost);

  const stop = new AbortController();
  const stopped = patience(60_000, stop.signal);
  stop.abort();
  t.true(stopped.signal.aborted);
  t.false(stopped.lost);
  stopped.end();
});

test('a promotion whose answer is lost on the way counts once, and as done', async (t) => {
  let lost = 0;
  const fate: Fate = (bytes, asked, client) => {
    if (lost > 0 || !/^PUT \S+\/channels\//.test(asked)) return pass(bytes, asked, client);
    lost += 1;
    client.destroy();
  };
  const { direct, store } = await stores(t, { fate });
  const { manifest } = await publish(direct, await serviceDirectory(t, 's', 'model'));
  const { channel } = await promote(store, manifest.id, 's');
  t.is(lost, 1);
  t.deepEqual((await readChannel(store, 's')).channel, channel);
});
