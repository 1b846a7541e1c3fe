import test, { type ExecutionContext } from 'ava';
import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { connect as connectPlainly } from 'node:net';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { BodyBudget } from '../../../../plumber-app/server/body.ts';
import { Front } from '../../../../plumber-app/server/front.ts';
import { Recycling } from '../../../../plumber-app/server/recycling.ts';
import type { TlsFiles } from '../../../../plumber-app/server/tls/files.ts';
import { TlsIdentity, type TlsRefusal } from '../../../../plumber-app/server/tls/identity.ts';
import { UserError } from '../../../../service/errors.ts';
import { Certificates, type Pair } from '../../../support/certificates.ts';
import { until, type LogLine } from '../../../support/server.ts';

const local = { name: 'server', alternatives: 'IP:127.0.0.1' };

interface Listening {
  readonly port: number;
  readonly refusals: readonly TlsRefusal[];
  readonly log: readonly LogLine[];
}

/** The listener for callers with no API behind it: it answers every request with 503. */
async function listening(t: ExecutionContext, files: TlsFiles): Promise<Listening> {
  const log: LogLine[] = [];
  const refusals: TlsRefusal[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(JSON.parse(line) as LogLine) });
  const front = new Front({
    budget: new BodyBudget(1),
    recycling: new Recycling(0),
    tls: await TlsIdentity.open(files, { logger, lookEvery: 20 }),
    onTlsRefused: (reason) => refusals.push(reason),
    engine: () => undefined,
  });
  t.teardown(() => front.kill());
  return { port: await front.listen(0, '127.0.0.1'), refusals, log };
}

const filesOf = (pair: Pair): TlsFiles => ({ cert: pair.certFile, key: pair.keyFile });
const shown = ({ cert, key }: Pair) => ({ cert, key });

/** A connection after its handshake, as far as the caller can tell. */
async function connected(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...options });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** One request on a connection: the status of the answer, or `refused` when the connection ends without one. */
async function ask(socket: TLSSocket): Promise<number | 'refused'> {
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  return new Promise((resolve) => {
    socket.once('data', (bytes: Buffer) => resolve(Number(bytes.toString().split(' ')[1])));
    socket.once('close', () => resolve('refused'));
  });
}

async function outcome(port: number, options: ConnectionOptions): Promise<number | 'refused'> {
  try {
    const socket = await connected(port, options);
    const status = await ask(socket);
    socket.destroy();
    return status;
  } catch {
    return 'refused';
  }
}

/** What a caller needs to resume; undefined when he gets no connection, or is not given it. */
async function sessionOf(port: number, options: ConnectionOptions): Promise<Buffer | undefined> {
  let session: Buffer | undefined;
  const socket = connect({ port, host: '127.0.0.1', ...options });
  socket.on('error', () => undefined);
  socket.on('session', (given) => (session = given));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  return session;
}

test('TLS 1.2 and 1.3 are spoken, older versions and plain HTTP are not', async (t) => {
  const certificates = await Certificates.in(t);
  const own = await certificates.selfSigned(local);
  const { port, refusals } = await listening(t, filesOf(own));
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    t.is(await outcome(port, { ca: own.cert, minVersion: version, maxVersion: version }), 503, version);
  }
  t.is(await outcome(port, { ca: own.cert, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384' }), 'refused');
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    const old = { ca: own.cert, minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
    t.is(await outcome(port, old), 'refused', version);
  }
  await until(() => refusals.length === 3);

  const plain = connectPlainly(port, '127.0.0.1').resume();
  plain.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(plain, 'close');
  t.is(plain.bytesRead, 0);
});

test('callers must show a certificate of a trusted issuer, old or new, where that is asked', async (t) => {
  const certificates = await Certificates.in(t);
  const own = await certificates.selfSigned(local);
  const [before, now, stranger] = [
    await certificates.selfSigned({ name: 'issuer' }),
    await certificates.selfSigned({ name: 'issuer' }),
    await certificates.selfSigned({ name: 'issuer' }),
  ];
  // A gateway's own certificate vouches for itself; its next one has the same name.
  const [gateway, nextGateway] = [
    await certificates.selfSigned({ name: 'gateway' }),
    await certificates.selfSigned({ name: 'gateway' }),
  ];
  const bundle = join(certificates.directory, 'bundle.pem');
  await writeFile(bundle, `# gateways\n${gateway.cert}\n${nextGateway.cert}\n# issuer\n${now.cert}`);
  const { port, refusals } = await listening(t, { ...filesOf(own), ca: [before.certFile, bundle] });

  t.is(await outcome(port, { ca: own.cert }), 'refused');
  t.is(await outcome(port, { ca: own.cert, ...shown(await certificates.issued(stranger, { name: 'a' })) }), 'refused');
  t.is(await outcome(port, { ca: own.cert, ...shown(stranger) }), 'refused');
  await until(() => refusals.length === 3);
  t.is(await outcome(port, { ca: own.cert, ...shown(await certificates.issued(before, { name: 'a' })) }), 503);
  t.is(await outcome(port, { ca: own.cert, ...shown(await certificates.issued(now, { name: 'a' })) }), 503);
  t.is(await outcome(port, { ca: own.cert, ...shown(gateway) }), 503);
  t.is(await outcome(port, { ca: own.cert, ...shown(nextGateway) }), 503);
});

test('of the callers with a trusted certificate, those with an allowed name may come, on resumed sessions too', async (t) => {
  const certificates = await Certificates.in(t);
  const own = await certificates.selfSigned(local);
  const ca = await certificates.selfSigned({ name: 'issuer' });
  const subjects = ['apim.example', 'spiffe://penstock/gateway'];
  const { port, refusals, log } = await listening(t, { ...filesOf(own), ca: [ca.certFile], subjects });
  const came = async (name: string, alternatives?: string) => {
    const pair = await certificates.issued(ca, { name, ...(alternatives !== undefined && { alternatives }) });
    return outcome(port, { ca: own.cert, ...shown(pair) });
  };
  t.is(await came('apim.example'), 503);
  t.is(await came('other', 'DNS:x.example,DNS:apim.example'), 503);
  t.is(await came('other', 'URI:spiffe://penstock/gateway'), 503);
  t.deepEqual(refusals, []);
  t.is(await came('other'), 'refused');
  t.is(await came('apim.example.evil', 'DNS:www.apim.example,email:apim@apim.example'), 'refused');
  t.is(await came('CN=apim.example', 'URI:http://x/DNS:apim.example'), 'refused');
  await until(() => refusals.length === 3);
  t.deepEqual(refusals, ['subject', 'subject', 'subject']);
  t.is(log.filter(({ msg }) => msg === 'a caller with another name was refused').length, 1);

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const [name, expected] of [
      ['apim.example', 503],
      ['other', 'refused'],
    ] as const) {
      const options = { ca: own.cert, ...shown(await certificates.issued(ca, { name })), maxVersion: version };
      const session = await sessionOf(port, options);
      if (expected === 503) t.truthy(session);
      if (session === undefined) continue;
      const again = await connected(port, { ...options, session });
      t.true(again.isSessionReused(), `${version} ${name}`);
      t.is(await ask(again), expected, `${version} ${name}`);
      again.destroy();
    }
  }
});

test('a new certificate is taken while a connection stays in use, as Kubernetes replaces files', async (t) => {
  const certificates = await Certificates.in(t);
  const mounted = join(certificates.directory, 'mounted');
  await mkdir(mounted);
  const put = async (version: string, cert: string, key: string, ca: string) => {
    const directory = join(mounted, version);
    await mkdir(directory);
    for (const [name, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca })) {
      await writeFile(join(directory, name), text);
    }
    await symlink(version, join(mounted, '..new'));
    await rename(join(mounted, '..new'), join(mounted, '..data'));
  };
  for (const name of ['tls.crt', 'tls.key', 'ca.crt']) await symlink(`..data/${name}`, join(mounted, name));
  const [one, two] = [await certificates.selfSigned(local), await certificates.selfSigned(local)];
  const [oldIssuer, newIssuer] = [
    await certificates.selfSigned({ name: 'old' }),
    await certificates.selfSigned({ name: 'new' }),
  ];
  const [oldCaller, newCaller] = [
    await certificates.issued(oldIssuer, { name: 'a' }),
    await certificates.issued(newIssuer, { name: 'a' }),
  ];

  await put('1', one.cert, one.key, oldIssuer.cert);
  const { port, log } = await listening(t, {
    cert: join(mounted, 'tls.crt'),
    key: join(mounted, 'tls.key'),
    ca: [join(mounted, 'ca.crt')],
  });
  let session: Buffer | undefined;
  const kept = await connected(port, { ca: one.cert, ...shown(oldCaller) });
  kept.on('session', (given) => (session = given));
  t.is(await ask(kept), 503);

  await put('2', two.cert, one.key, newIssuer.cert);
  await until(() => log.some(({ msg }) => msg?.includes('the old one stays')));
  t.is(await outcome(port, { ca: one.cert, ...shown(oldCaller) }), 503);

  await put('3', two.cert, two.key, newIssuer.cert);
  await until(() => log.some(({ msg }) => msg === 'certificate changed'));
  t.is(await ask(kept), 503);
  t.is(await outcome(port, { ca: two.cert, ...shown(newCaller) }), 503);
  t.is(await outcome(port, { ca: one.cert, ...shown(newCaller) }), 'refused');
  t.is(await outcome(port, { ca: two.cert, ...shown(oldCaller) }), 'refused');
  t.truthy(session);
  t.is(await outcome(port, { ca: [one.cert, two.cert], ...shown(oldCaller), session: session! }), 'refused');
  t.is(await ask(kept), 503);
  t.is(log.filter(({ msg }) => msg?.includes('the old one stays')).length, 1);
  kept.destroy();
});

test('files that are no use are named at the start', async (t) => {
  const certificates = await Certificates.in(t);
  const [one, two] = [await certificates.selfSigned(local), await certificates.selfSigned(local)];
  const broken = join(certificates.directory, 'broken.pem');
  await writeFile(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const logger = pino({ level: 'silent' });
  const cases: [TlsFiles, RegExp][] = [
    [{ cert: '/nowhere.pem', key: one.keyFile }, /^\/nowhere\.pem cannot be read: ENOENT/],
    [{ cert: one.keyFile, key: one.keyFile }, /\.key holds no certificate; PEM is expected$/],
    [{ cert: broken, key: one.keyFile }, /broken\.pem holds a damaged certificate/],
    [{ cert: one.certFile, key: two.keyFile }, /^the key in .*2\.key is not that of the certificate in .*1\.crt$/],
    [{ cert: one.certFile, key: one.certFile }, /1\.crt: a certificate and its key, both PEM, are expected/],
    [{ ...filesOf(one), ca: [one.keyFile] }, /\.key holds no certificate/],
    [{ ...filesOf(one), subjects: ['a'] }, /the issuers' \(CA\) file is expected$/],
  ];
  for (const [files, message] of cases) {
    await t.throwsAsync(TlsIdentity.open(files, { logger }), { instanceOf: UserError, message });
  }
});
