import test, { type ExecutionContext } from 'ava';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promote } from '../../releases/promote.ts';
import { readReplicaReports } from '../../releases/replicas.ts';
import { startAzurite } from '../support/azurite.ts';
import { Certificates } from '../support/certificates.ts';
import { releasesIn, service } from '../support/follow.ts';
import { penstock } from '../support/penstock.ts';
import { api, call, until } from '../support/server.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');

interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
  readonly admin: string;
}

/** Runs `penstock serve` until it serves. */
async function serving(t: ExecutionContext, args: readonly string[]): Promise<Serving> {
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--admin-port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url, admin } = JSON.parse(line) as { msg?: string; url?: string; admin?: string };
    if (msg === 'serving' && url !== undefined && admin !== undefined) {
      child.stdout.resume();
      return { child, url, admin };
    }
  }
  throw new Error('it ended before it served');
}

async function getTls(url: string, options: RequestOptions): Promise<number | undefined> {
  const asked = request(url, { agent: false, ...options });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}

test('it follows its channel, reports as the pod that it is told to be, and goes without a trace', async (t) => {
  const azurite = await startAzurite();
  t.teardown(() => azurite.stop());
  const releases = await releasesIn(t, azurite);
  const two = await releases.publish(2);
  await promote(releases.store, two, service);
  const where = ['--store', releases.store.url, '--channel', service, '--cache', releases.cache];
  const { child, url, admin } = await serving(t, [...where, '--pod', 'pod-7', '--workers', '1']);
  const reports = () => readReplicaReports(releases.store, service);
  await until(async () => (await reports()).some(({ pod, state }) => pod === 'pod-7' && state === 'serving'));

  const three = await releases.publish(3);
  await promote(releases.store, three, service);
  t.is((await call(Number(new URL(admin).port), '/refresh', { method: 'POST' })).status, 200);
  t.is((await call(Number(new URL(url).port), '/k')).text, '[3]');

  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  t.is(code, 0);
  t.deepEqual(await reports(), []);
});

test('with a certificate it speaks HTTPS, to the callers that are let in', async (t) => {
  const certificates = await Certificates.in(t);
  const own = await certificates.selfSigned({ name: 'server', alternatives: 'IP:127.0.0.1' });
  const [one, two] = [await certificates.selfSigned({ name: 'one' }), await certificates.selfSigned({ name: 'two' })];
  const { child, url, admin } = await serving(t, [
    ...[api('faults'), '--workers', '1', '--tls-cert', own.certFile, '--tls-key', own.keyFile],
    ...['--tls-ca', one.certFile, '--tls-ca', two.certFile, '--tls-subject', 'zero', '--tls-subject', 'two'],
  ]);
  t.regex(url, /^https:/);
  t.regex(admin, /^http:/);
  t.is(await getTls(`${url}/pid`, { ca: own.cert, cert: two.cert, key: two.key }), 200);
  await t.throwsAsync(getTls(`${url}/pid`, { ca: own.cert, cert: one.cert, key: one.key }));
  child.kill('SIGTERM');
  await once(child, 'exit');
});

test('half of what TLS needs is told before anything starts', async (t) => {
  const said = async (...args: string[]) => (await penstock(['serve', '/nowhere', ...args])).stderr;
  t.is(await said('--tls-cert', 'a'), 'penstock: --tls-cert needs --tls-key, the certificate’s private key\n');
  t.is(await said('--tls-key', 'a'), 'penstock: --tls-key needs --tls-cert, the key’s certificate\n');
  t.regex(await said('--tls-ca', 'a'), /only over HTTPS: --tls-cert and --tls-key are expected/);
  const unreadable = ['--tls-cert', '/nowhere.pem', '--tls-key', '/nowhere.pem', '--port', '0', '--admin-port', '0'];
  t.regex(
    (await penstock(['serve', api('faults'), ...unreadable])).stderr,
    /^penstock: \/nowhere\.pem cannot be read/m,
  );
});
