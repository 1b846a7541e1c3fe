import test from 'ava';
import { unzipSync } from 'fflate';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockAgent } from 'undici';
import { Azure } from '../../../cli/cloud/azure.ts';
import { bootstrap } from '../../../cli/cloud/bootstrap.ts';
import { deployFunctions, zipOf } from '../../../cli/cloud/functions.ts';
import { renewCertificate, rotateFunctionsKey, showKeys } from '../../../cli/cloud/keys.ts';
import { asMarkdown, planStacks } from '../../../cli/cloud/plan.ts';
import { createOutput } from '../../../cli/output.ts';
import type { Description } from '../../../infra/describe.ts';
import { namesOf, stackNames } from '../../../infra/naming.ts';
import { UserError } from '../../../service/errors.ts';
import { guid } from '../../support/environment.ts';

const names = namesOf({
  name: 'penstock',
  environment: 'test',
  subscription: guid,
  region: 'westeurope',
  state: { container: 'tfstate' },
});
const scope = `/subscriptions/${guid}`;
const description: Description = {
  environment: 'test',
  tenant: guid,
  subscription: guid,
  region: 'westeurope',
  access: 'authorisedRanges',
  storageRanges: ['203.0.113.8/29', '198.51.100.7'],
  replication: 'LRS',
  deletedDays: 30,
  stacks: stackNames,
  names,
  ids: { apiManagement: `${scope}/apim`, vault: `${scope}/vault` },
  services: [],
};
const claims = Buffer.from(JSON.stringify({ oid: 'me' })).toString('base64url');

/** Azure's hosts as a function: what comes in, what goes out. Whatever it does not know is a failure of the test. */
function azureOf(answer: (call: string, body: string) => { status?: number; body?: object } | undefined) {
  const calls: string[] = [];
  const agent = new MockAgent();
  agent.disableNetConnect();
  const hosts = [
    'management.azure.com',
    `${names.state.account}.blob.core.windows.net`,
    `${names.vault}.vault.azure.net`,
    `${names.functions}.scm.azurewebsites.net`,
  ];
  for (const host of hosts) {
    for (const method of ['GET', 'PUT', 'POST'] as const) {
      agent
        .get(`https://${host}`)
        .intercept({ path: () => true, method })
        .reply(({ path, body }) => {
          const call = `${method} ${host === 'management.azure.com' ? '' : host.split('.').slice(1, 2)[0]}${path.split('?')[0]}`;
          calls.push(call);
          const reply = answer(call, Buffer.isBuffer(body) ? '' : String(body as string));
          if (reply === undefined)
            return { statusCode: 404, data: JSON.stringify({ error: { code: 'NotFound', message: call } }) };
          return { statusCode: reply.status ?? 200, data: JSON.stringify(reply.body ?? {}) };
        })
        .persist();
    }
  }
  const credential = { getToken: () => Promise.resolve({ token: `a.${claims}.c`, expiresOnTimestamp: 0 }) };
  return { calls, azure: new Azure({ credential, dispatcher: agent, pause: () => Promise.resolve() }) };
}

const silent = createOutput(true, process.stderr);

/** A subscription that remembers, as far as bootstrap goes. */
function subscription() {
  const there = new Map<string, object>();
  const looks = new Map<string, number>();
  return azureOf((call, body) => {
    const [method = '', path = ''] = call.split(' ');
    if (path.endsWith('/register')) {
      there.set(path.replace(/\/register$/, ''), {});
      return {};
    }
    if (/^GET \/subscriptions\/[^/]+\/providers\/(Microsoft\.[A-Za-z]+|Microsoft\.Features\/.*)$/.test(call)) {
      // Registered only at the second look after it was asked for.
      const count = there.has(path) ? (looks.get(path) ?? 0) + 1 : 0;
      looks.set(path, count);
      const state = count > 1 ? 'Registered' : 'Registering';
      return { body: { registrationState: state, properties: { state } } };
    }
    if (call.startsWith('GET blob/')) {
      looks.set(call, (looks.get(call) ?? 0) + 1);
      return { status: looks.get(call)! > 2 ? 200 : 403 };
    }
    if (method === 'PUT') {
      there.set(path, JSON.parse(body) as object);
      return { status: 201, body: JSON.parse(body) as object };
    }
    if (path.endsWith('/roleAssignments')) {
      const value = [...there]
        .filter(([key]) => key.includes('/roleAssignments/'))
        .map(([, each]) => ({ properties: { ...(each as { properties: object }).properties, scope } }));
      return { body: { value } };
    }
    return undefined;
  });
}

test('bootstrap makes an empty subscription ready, and a second one changes nothing', async (t) => {
  const { azure, calls } = subscription();
  await bootstrap(azure, description, silent);
  const account = calls.filter((call) => call.startsWith('PUT ') && call.endsWith(names.state.account));
  t.is(account.length, 1);
  t.true(calls.includes(`POST ${scope}/providers/Microsoft.App/register`));
  t.true(calls.some((call) => call.endsWith('/features/EncryptionAtHost/register')));
  t.is(calls.filter((call) => call.includes('/roleAssignments/')).length, 4);
  // It waited until the role worked.
  t.is(calls.filter((call) => call.startsWith('GET blob/')).length, 3);

  calls.length = 0;
  await bootstrap(azure, description, silent);
  t.deepEqual(
    calls.filter((call) => call.startsWith('POST') || call.includes('/roleAssignments/')),
    [],
  );
});

test('nobody signed in is said in one line', async (t) => {
  const getToken = () => Promise.reject(new Error('ChainedTokenCredential failed.\nEnvironment: no\nAzure CLI: no'));
  const error = await t.throwsAsync(showKeys(new Azure({ credential: { getToken } }), description, 'x'), {
    instanceOf: UserError,
  });
  t.regex(error.message, /^no Azure identity is signed in \(ChainedTokenCredential failed\.\); az login/);
  t.is(error.message.split('\n').length, 1);
});

test('a provider that is registered already hears of the new feature', async (t) => {
  let asked = false;
  const { azure, calls } = azureOf((call) => {
    if (call.endsWith('/features/EncryptionAtHost/register')) asked = true;
    if (call.endsWith('/features/EncryptionAtHost'))
      return { body: { properties: { state: asked ? 'Registered' : 'NotRegistered' } } };
    if (call.endsWith('/roleAssignments')) return { body: { value: [] } };
    return { body: { registrationState: 'Registered' } };
  });
  await bootstrap(azure, description, silent);
  t.true(calls.includes(`POST ${scope}/providers/Microsoft.Compute/register`));
  t.false(calls.includes(`POST ${scope}/providers/Microsoft.App/register`));
});

test('the states’ storage knows no keys and no public', async (t) => {
  let account: { properties?: object } = {};
  const { azure } = azureOf((call, body) => {
    if (call.endsWith(names.state.account)) account = JSON.parse(body) as object;
    if (call.endsWith('/roleAssignments')) return { body: { value: [] } };
    return { body: { registrationState: 'Registered', properties: { state: 'Registered' } } };
  });
  await bootstrap(azure, description, silent);
  t.like(account.properties, {
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    minimumTlsVersion: 'TLS1_2',
    networkAcls: {
      defaultAction: 'Deny',
      ipRules: ['203.0.113.8/29', '198.51.100.7'].map((value) => ({ value, action: 'Allow' })),
    },
  });
});

test('bootstrap refuses a configuration that nobody has filled in, and says what Azure says', async (t) => {
  const zeros = { ...description, subscription: '00000000-0000-0000-0000-000000000000' };
  const { azure, calls } = azureOf(() => undefined);
  await t.throwsAsync(bootstrap(azure, zeros, silent), { instanceOf: UserError, message: /still zeros/ });
  t.is(calls.length, 0);
  const forbidden = azureOf(() => ({
    status: 403,
    body: { error: { code: 'AuthorizationFailed', message: 'no right' } },
  }));
  await t.throwsAsync(bootstrap(forbidden.azure, description, silent), { message: /403 AuthorizationFailed no right/ });
});

test('the functions’ key is rotated without a moment in which the app has a wrong one', async (t) => {
  const keys = { primaryKey: 'p0', secondaryKey: 's0' };
  let used = 'p0';
  const { azure } = azureOf((call, body) => {
    if (call.endsWith('/listSecrets')) return { body: { ...keys } };
    if (call.endsWith('/regenerateSecondaryKey')) keys.secondaryKey = 's1';
    if (call.endsWith('/regeneratePrimaryKey')) keys.primaryKey = 'p1';
    if (call.startsWith('PUT vault/secrets/')) used = (JSON.parse(body) as { value: string }).value;
    t.true(Object.values(keys).includes(used), `${call} leaves the app with ${used}`);
    return {};
  });
  await rotateFunctionsKey(azure, description);
  t.is(used, 'p1');
  t.deepEqual(await showKeys(azure, description, 'functions'), { primary: 'p1', secondary: 's1' });
});

test('a subscription that is not there is named', async (t) => {
  const { azure } = azureOf(() => undefined);
  await t.throwsAsync(showKeys(azure, description, 'nobody'), { message: /subscriptions\/nobody\/listSecrets: 404/ });
});

test('a renewed certificate has a version of its own', async (t) => {
  let version = 1;
  const { azure } = azureOf((call) => {
    if (call.endsWith('/create')) version += 1;
    return {
      status: call.endsWith('/create') ? 202 : 200,
      body: { id: `https://v/certificates/gateway-client/${version}`, policy: {} },
    };
  });
  t.deepEqual(await renewCertificate(azure, description), { present: '2', before: '1' });
});

test('functions are published as one archive, and counted', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-zip-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'inner'));
  await writeFile(join(directory, 'host.json'), '{}');
  await writeFile(join(directory, 'inner', 'app.js'), 'export {};');
  const zip = await zipOf(directory);
  t.deepEqual(Object.keys(unzipSync(new Uint8Array(zip))).sort(), ['host.json', 'inner/app.js']);

  const all = ['health', 'probe-health', 'warm-models', 'warm-models-on-promotion'];
  let looks = 0;
  const { azure, calls } = azureOf((call) => {
    if (call.endsWith('/api/deployments/latest')) return { body: { status: (looks += 1) > 1 ? 4 : 1 } };
    if (call.endsWith('/functions'))
      return {
        body: { value: (looks > 3 ? all : all.slice(1)).map((name) => ({ name: `app/${name}` })), x: (looks += 1) },
      };
    return {};
  });
  t.deepEqual(await deployFunctions(azure, description, zip), all);
  t.true(calls[0]?.includes('/api/publish'));
  const failing = azureOf((call) => (call.endsWith('latest') ? { body: { status: 3, status_text: 'bad zip' } } : {}));
  await t.throwsAsync(deployFunctions(failing.azure, description, zip), { message: /publishing failed: bad zip/ });
});

test('a plan goes as far as there is something to look up', async (t) => {
  const deployed = ['network', 'platform'];
  const plans = await planStacks(stackNames, '/stacks', (directory, [command]) => {
    const stack = directory.split('/').at(-1)!;
    if (command === 'state') return Promise.resolve({ code: 0, output: deployed.includes(stack) ? 'azurerm_x.y' : '' });
    if (command === 'plan')
      return Promise.resolve({
        code: stack === 'network' ? 0 : 2,
        output: 'Plan: 1 to add, 0 to change, 0 to destroy.',
      });
    return Promise.resolve({ code: 0, output: '' });
  });
  t.deepEqual(
    plans.map(({ state }) => state),
    ['unchanged', 'changes', 'changes', ...Array<string>(4).fill('not yet deployed')],
  );
  const text = asMarkdown(plans);
  t.regex(text, /<b>platform<\/b>: Plan: 1 to add/);
  t.regex(text, /\*\*edge\*\*: not yet deployed: cluster comes first/);
  const empty = await planStacks(stackNames, '/stacks', () =>
    Promise.resolve({ code: 1, output: 'Error: dial tcp: lookup st.blob.core.windows.net: no such host' }),
  );
  t.true(empty.every(({ state }) => state === 'not yet deployed'));
  t.regex(asMarkdown(empty), /bootstrap comes first/);
  const broken = await planStacks(stackNames, '/stacks', () => Promise.resolve({ code: 1, output: 'Error: 403' }));
  t.is(broken[0]?.state, 'failed');
  const long = stackNames.map((stack) => ({ stack, state: 'changes', text: 'x'.repeat(100_000) }) as const);
  t.true(asMarkdown(long).length < 65_536);
});
