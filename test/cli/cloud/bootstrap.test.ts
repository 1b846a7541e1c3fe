import test from 'ava';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProxyAgent } from 'undici';
import { Azure } from '../../../cli/cloud/azure.ts';
import { bootstrap } from '../../../cli/cloud/bootstrap.ts';
import { createOutput } from '../../../cli/output.ts';
import { describe } from '../../../infra/describe.ts';
import { makeCertificates } from '../../../infra/rehearsal/certificates.ts';
import { startStandIn } from '../../../infra/rehearsal/stand-in.ts';
import { guid } from '../../support/environment.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test('an empty subscription of the stand-in is made ready, and a second time nothing is added', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-bootstrap-'));
  const certificates = await makeCertificates(directory);
  const standIn = await startStandIn(certificates);
  const dispatcher = new ProxyAgent({ uri: standIn.proxy, requestTls: { ca: certificates.authority } });
  t.teardown(async () => {
    await dispatcher.close();
    await standIn.close();
    await rm(directory, { recursive: true });
  });
  const claims = Buffer.from(JSON.stringify({ oid: guid, idtyp: 'app' })).toString('base64url');
  const credential = { getToken: () => Promise.resolve({ token: `a.${claims}.c`, expiresOnTimestamp: 0 }) };
  const azure = new Azure({ credential, dispatcher, pause: () => Promise.resolve() });
  const description = { ...(await describe('dev', root)), tenant: guid, subscription: guid };
  const { group, account, container } = description.names.state;

  await bootstrap(azure, description, createOutput(true, process.stderr));
  const states = `/subscriptions/${guid}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/${account}`;
  t.like(standIn.resources.get(states)?.properties, {
    allowSharedKeyAccess: false,
    networkAcls: { defaultAction: 'Deny', ipRules: [{ value: '203.0.113.8/29', action: 'Allow' }] },
  });
  t.true(standIn.resources.has(`${states}/blobServices/default/containers/${container}`));
  const roles = standIn.resources.ofType('microsoft.authorization/roleassignments');
  t.is(roles.length, 4);
  t.true(roles.every(({ properties }) => properties['principalType'] === 'ServicePrincipal'));
  t.deepEqual(standIn.unknown, []);

  const before = standIn.resources.all().map(({ id }) => id);
  await bootstrap(azure, description, createOutput(true, process.stderr));
  t.deepEqual(
    standIn.resources.all().map(({ id }) => id),
    before,
  );
});
