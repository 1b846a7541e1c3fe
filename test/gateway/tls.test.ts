import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import test from 'ava';
import { UserError } from '../../gateway/errors.ts';
import { startGateway } from '../../gateway/start.ts';
import { folderWith, policies } from '../support/gateway.ts';

const run = promisify(execFile);

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
}

/** A self-signed certificate for 127.0.0.1 and its key. */
async function certificate(directory: string, name: string): Promise<{ key: Buffer; cert: Buffer }> {
  const [key, cert] = [path.join(directory, `${name}.key`), path.join(directory, `${name}.crt`)];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

const api = {
  id: 'a',
  path: 'a',
  subscriptionRequired: false,
  policy: 'api.xml',
  operations: [{ id: 'get', method: 'GET', urlTemplate: '/' }],
};

/** Calls the API, and returns status and body. */
async function ask(url: string, options: https.RequestOptions): Promise<string> {
  const request = https.get(`${url}/a`, { agent: false, ...options });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return `${response.statusCode} ${text}`;
}

const withOpenssl = hasOpenssl() ? test : test.skip;

withOpenssl('TLS on both sides: policies see https, the backend the certificate of the gateway', async (t) => {
  const directory = await folderWith(t, {
    'global.xml': policies({ inbound: '<set-backend-service backend-id="b" />' }),
    'api.xml': policies({
      inbound: '<base /><set-header name="caller"><value>@(context.Request.OriginalUrl.Scheme)</value></set-header>',
    }),
  });
  const [front, caller, inner, client] = await Promise.all(
    ['front', 'caller', 'inner', 'client'].map((name) => certificate(directory, name)),
  );
  const backend = https.createServer({ ...inner!, ca: client!.cert, requestCert: true }, (request, response) => {
    response.end(
      `${request.headers.caller as string} ${(request.socket as TLSSocket).getPeerCertificate().subject.CN as string}`,
    );
  });
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  t.teardown(() => backend.close());

  const start = async (tls: object) => {
    const gateway = await startGateway(
      {
        listen: { tls: { certificate: 'front.crt', key: 'front.key', ca: 'caller.crt' } },
        backends: [{ id: 'b', url: `https://127.0.0.1:${(backend.address() as AddressInfo).port}`, tls }],
        apis: [api],
        policy: 'global.xml',
      },
      { directory },
    );
    t.teardown(() => gateway.close());
    return gateway;
  };
  const get = (url: string, caller = {}) => ask(url, { ca: front!.cert, ...caller });

  const gateway = await start({ ca: 'inner.crt', certificate: 'client.crt', key: 'client.key' });
  t.true(gateway.url.startsWith('https://'));
  t.is(await get(gateway.url, caller), '200 https client');
  t.is(await get(gateway.url), '200 https client', 'callers without a certificate are not turned away here');

  const distrustful = await start({ certificate: 'client.crt', key: 'client.key' });
  t.regex(await get(distrustful.url), /^500 /, 'a backend with an unknown certificate is not called');
});

withOpenssl('policies see who the caller is, and whether an authority vouches for it', async (t) => {
  const directory = await folderWith(t, {
    'api.xml': policies({
      inbound: `<return-response><set-body>@{
        var c = context.Request.Certificate;
        if (c == null) { return "nobody"; }
        var known = context.Deployment.Certificates.Where(k => k.Value.Thumbprint == c.Thumbprint).Select(k => k.Key);
        return $"{c.Subject} {c.SubjectName.Name == c.Issuer} {c.NotAfter > DateTime.Now} {c.Verify()} {c.VerifyNoRevocation()} [{string.Join(",", known)}]";
      }</set-body></return-response>`,
    }),
  });
  const [front, caller, stranger] = await Promise.all(
    ['front', 'caller', 'stranger'].map((name) => certificate(directory, name)),
  );
  const config = {
    listen: { tls: { certificate: 'front.crt', key: 'front.key', ca: 'caller.crt' } },
    certificates: { theirs: 'caller.crt', ours: 'front.crt' },
    apis: [api],
  };
  const gateway = await startGateway(config, { directory });
  t.teardown(() => gateway.close());
  const get = (caller = {}) => ask(gateway.url, { ca: front!.cert, ...caller });
  t.is(await get(caller), '200 CN=caller True True True True [theirs]');
  t.is(await get(stranger), '200 CN=stranger True True False False []');
  t.is(await get(), '200 nobody');
  await t.throwsAsync(startGateway({ ...config, certificates: { mine: 'api.xml' } }, { directory }), {
    instanceOf: UserError,
    message: /^certificates\.mine: api\.xml can't be read/,
  });
});
