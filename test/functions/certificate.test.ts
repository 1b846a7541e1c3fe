import { once } from 'node:events';
import { createServer } from 'node:https';
import { createServer as createSilent, type AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { readCertificate } from '../../functions/certificate.ts';
import { systemClock } from '../../functions/clock.ts';
import { probeHealth } from '../../functions/probe-health.ts';
import { startAzurite } from '../support/azurite.ts';
import { Certificates, type Pair } from '../support/certificates.ts';
import { listLog, partsWith, publishFiles } from '../support/functions.ts';

const here = { name: '127.0.0.1', alternatives: 'IP:127.0.0.1' };

/** A gateway with this certificate that answers what the service `sums` would, and refuses who has no key. */
async function gatewayWith(t: ExecutionContext, { cert, key }: Pair): Promise<string> {
  const server = createServer({ cert, key }, (request, response) => {
    request.resume();
    const isKnown = request.headers['ocp-apim-subscription-key'] === 'the-internal-key';
    response.writeHead(isKnown ? 200 : 401).end('{"sum":[3.5]}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close().closeAllConnections());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the days left are those of the certificate that the gateway shows', async (t) => {
  const certificates = await Certificates.in(t);
  const url = await gatewayWith(t, await certificates.selfSigned(here));
  const certificate = await readCertificate(url, systemClock, 5_000);
  // Made for two days, some seconds ago.
  t.is(certificate?.daysLeft, 1);
  t.regex(String(certificate?.validTo), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
});

test('plain HTTP has no certificate', async (t) => {
  t.is(await readCertificate('http://127.0.0.1:1', systemClock, 5_000), undefined);
});

test('a gateway that does not answer is given up', async (t) => {
  const silent = createSilent().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  await t.throwsAsync(readCertificate(`https://127.0.0.1:${port}`, systemClock, 50));
});

test('an expired certificate is read all the same, and fails every probe by name', async (t) => {
  const certificates = await Certificates.in(t);
  const pair = await certificates.expired(here);
  const [azurite, url] = await Promise.all([startAzurite(), gatewayWith(t, pair)]);
  t.teardown(() => azurite.stop());
  // Known, so that nothing but its end is wrong with it.
  setDefaultCACertificates([...getCACertificates(), pair.cert]);
  const settings = {
    PENSTOCK_STORE: azurite.storeUrl,
    PENSTOCK_RESULTS: `${azurite.blobUrl}/results`,
    PENSTOCK_GATEWAY: url,
  };
  await publishFiles(azurite.storeUrl, 'sums');
  const parts = partsWith(settings, systemClock);
  const error = await t.throwsAsync(probeHealth(parts, listLog()));
  t.regex(error.message, /probe two failed: certificate has expired \(CERT_HAS_EXPIRED\)/);
  const round = await parts.results.lastProbes('sums');
  t.is(round?.certificate?.validTo, '2020-02-01T00:00:00.000Z');
  t.true(Number(round?.certificate?.daysLeft) < -2_000);
});
