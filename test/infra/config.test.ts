import test from 'ava';
import { stringify } from 'yaml';
import { UserError } from '../../service/errors.ts';
import { loadEnvironment, parseConfig } from '../../infra/config.ts';
import { environment, written } from '../support/environment.ts';

const root = new URL('../..', import.meta.url).pathname;

for (const name of ['dev', 'prod']) {
  test(`config/${name}.yaml is right`, async (t) => {
    const { services, environment } = await loadEnvironment(name, root);
    t.is(environment, name);
    t.is(services[0]?.definition.name, 'boston-housing');
  });
}

test('what a configuration leaves out is the safe choice', (t) => {
  const { cluster, apiManagement, storage, services, network, products } = environment();
  t.is(cluster.access, 'private');
  t.is(cluster.tier, 'Standard');
  t.is(apiManagement.tier, 'StandardV2');
  t.is(storage.replication, 'ZRS');
  t.is(network.runner, undefined);
  t.deepEqual(services[0]?.replicas, { min: 2, max: 10 });
  t.true(products.some(({ name, callsPerMinute }) => name === 'trial' && callsPerMinute === 60));
});

const mistakes: Record<string, [Record<string, unknown>, RegExp]> = {
  'an unknown key': [{ regoin: 'x' }, /config\/test\.yaml:\d+: regoin: unknown key; known are name, tenant/],
  'a wrong region': [
    { region: 'West Europe' },
    /region: expected a region as the API spells it, such as westeurope \(got "West Europe"\)/,
  ],
  'a tag that DNS zones refuse': [{ tags: { 'cost centre': 'models' } }, /tags: expected .*named with letters, digits/],
  'a tag that differs from one of ours in case alone': [
    { tags: { Owner: 'models' } },
    /tags: expected .*none of them twice/,
  ],
  'one tag twice, in two cases': [{ tags: { team: 'a', Team: 'b' } }, /tags: expected at most 11 tags/],
  'more tags than DNS zones take with ours': [
    { tags: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`tag${index}`, 'x'])) },
    /tags: expected at most 11 tags/,
  ],
  'a subnet outside the network': [
    { network: { functions: '10.99.0.0/26' } },
    /network\.functions: expected a part of network\.range/,
  ],
  'a subnet that overlaps another': [
    { network: { endpoints: '10.40.16.0/25' } },
    /network\.endpoints: expected a range of its own: it overlaps network\.loadBalancers/,
  ],
  'a subnet too small for API Management': [
    { network: { apiManagement: '10.40.18.0/28' } },
    /network\.apiManagement: expected \/27 or larger/,
  ],
  'pods inside the network': [{ network: { pods: '10.40.128.0/17' } }, /network\.pods: expected a range of its own/],
  'a range with host bits': [{ network: { range: '10.40.0.1/16' } }, /network\.range: expected an IPv4 range/],
  'open ranges on a private cluster': [
    { operators: { groups: [written()['tenant']], ipRanges: ['203.0.113.0/29'] } },
    /operators\.ipRanges: expected none with cluster\.access: private/,
  ],
  'a load balancer address that Azure keeps': [
    { services: [{ directory: 'a', address: '10.40.16.3' }] },
    /services\[0\]\.address: expected a free address/,
  ],
  'two services at one address': [
    {
      services: [
        { directory: 'a', address: '10.40.16.9' },
        { directory: 'b', address: '10.40.16.9' },
      ],
    },
    /services\[1\]: expected another/,
  ],
  'more cores than a node has': [
    { services: [{ directory: 'a', address: '10.40.16.9', cpu: 8 }] },
    /services\[0\]\.cpu: expected less than the 8 cores/,
  ],
  'a subscription to no product': [
    {
      apiManagement: { publisherName: 'x', publisherEmail: 'a@b.co', subscriptions: [{ name: 'x', product: 'gold' }] },
    },
    /subscriptions\[0\]\.product: no such product; known are standard, trial, internal/,
  ],
  'no e-mail for Let’s Encrypt': [{ tls: { issuer: 'letsencrypt' } }, /tls\.email: missing/],
};
for (const [name, [changes, message]] of Object.entries(mistakes)) {
  test(`refused with its place: ${name}`, (t) => {
    const error = t.throws(() => parseConfig(stringify(written(changes)), 'config/test.yaml'), {
      instanceOf: UserError,
    });
    t.regex(error.message, message);
    t.is(error.message.split('\n').length, 1, error.message);
  });
}

test('authorisedRanges without ranges is refused', (t) => {
  const cluster = { ...(written()['cluster'] as object), access: 'authorisedRanges' };
  const error = t.throws(() => environment({ cluster }), { instanceOf: UserError });
  t.regex(error.message, /operators\.ipRanges: missing/);
});

test('every mistake is told at once', (t) => {
  const text = stringify(written({ region: 'X', tenant: 'y', domain: 7 }));
  const error = t.throws(() => parseConfig(text, 'config/test.yaml'), { instanceOf: UserError });
  t.deepEqual(
    error.message.split('\n').map((line) => /: (\w+):/.exec(line)?.[1]),
    ['tenant', 'region', 'domain'],
  );
});

test('a GPU service needs a GPU pool', (t) => {
  const definitions = { 'plumber-app/example': 'gpu: true' };
  const error = t.throws(() => environment({}, { definitions }), { instanceOf: UserError });
  t.regex(error.message, /cluster\.gpu: missing; service runs on GPU nodes/);
});

test('services of one name are refused', (t) => {
  const services = ['a', 'b'].map((directory, index) => ({
    directory,
    channel: directory,
    address: `10.40.16.${10 + index}`,
  }));
  const error = t.throws(() => environment({ services }), { instanceOf: UserError });
  t.regex(error.message, /a and b are both named boston-housing/);
});

test('an environment without a file is refused', async (t) => {
  const error = await t.throwsAsync(loadEnvironment('nowhere', root), { instanceOf: UserError });
  t.regex(error.message, /PENSTOCK_ENV/);
});
