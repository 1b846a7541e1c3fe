import test from 'ava';
import fc from 'fast-check';
import { namesOf, serviceNamesOf } from '../../infra/naming.ts';
import { namedThings } from '../support/environment.ts';

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const rules = {
  group: /^[\w().-]{1,89}[\w()-]$/,
  network: /^[a-zA-Z0-9][\w.-]{0,62}\w$/,
  subnet: /^[a-zA-Z0-9][\w.-]{0,78}\w$/,
  storage: /^[a-z0-9]{3,24}$/,
  container: /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  registry: /^[a-zA-Z0-9]{5,50}$/,
  vault: /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
  secret: /^[a-zA-Z0-9-]{1,127}$/,
  workspace: /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/,
  insights: /^[^%&\\?/]{1,259}[^%&\\?/. ]$/,
  collection: /^[a-zA-Z0-9][a-zA-Z0-9-]{1,42}[a-zA-Z0-9]$/,
  rule: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}[a-zA-Z0-9]$/,
  identity: /^[a-zA-Z0-9][\w-]{2,127}$/,
  cluster: /^[a-zA-Z0-9]([\w-]{0,52}[a-zA-Z0-9])?$/,
  apiManagement: /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{0,48}[a-zA-Z0-9]$/,
  site: /^[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]$/,
  plan: /^[a-zA-Z0-9-]{1,60}$/,
  topic: /^[a-zA-Z0-9-]{3,50}$/,
  short: /^.{1,12}$/,
  budget: /^[\w-]{1,63}$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  label: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  host: /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
};

test('every name obeys the rules of its kind, whatever the configuration', (t) => {
  fc.assert(
    fc.property(namedThings, ({ service, ...things }) => {
      const names = namesOf({ ...things, state: { container: 'tfstate' } });
      const own = serviceNamesOf(
        { ...things, domain: 'penstock.example.com', state: { container: 'tfstate' } },
        service,
      );
      const kinds: [keyof typeof rules, readonly string[]][] = [
        ['group', [...Object.values(names.groups), names.state.group, names.nodesGroup]],
        ['network', [names.network, names.nat, names.natAddress]],
        ['subnet', [...Object.values(names.subnets), ...Object.values(names.securityGroups)]],
        ['storage', [names.releases, names.functionsHost, names.state.account]],
        ['container', [...Object.values(names.containers), names.promotions]],
        ['registry', [names.registry]],
        ['vault', [names.vault]],
        ['secret', [...Object.values(names.secrets), own.certificate]],
        ['workspace', [names.logs, names.metrics]],
        ['insights', [names.insights, names.actions]],
        ['collection', [names.collectionEndpoint]],
        ['rule', [names.prometheusRule, names.containerRule]],
        ['identity', [...Object.values(names.identities), own.identity]],
        ['cluster', [names.cluster]],
        ['apiManagement', [names.apiManagement]],
        ['site', [names.functions]],
        ['plan', [names.plan]],
        ['topic', [names.topic]],
        ['short', [names.actionsShort]],
        ['budget', [names.budget]],
        ['uuid', [names.workbook]],
        ['label', [names.namespace, own.object]],
        ['host', [own.host]],
      ];
      for (const [kind, all] of kinds)
        for (const name of all) if (!rules[kind].test(name)) throw new Error(`${kind}: ${name}`);
      // Kubernetes appends a replica set's and a pod's suffix of up to 17 characters.
      return own.object.length <= 46;
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

test('services of different names have objects of different names', (t) => {
  const names = (service: string) =>
    serviceNamesOf(
      {
        name: 'penstock',
        environment: 'dev',
        subscription: 's',
        region: 'r',
        state: { container: 'c' },
        domain: 'example.com',
      },
      service,
    );
  const long = 'a'.repeat(60);
  t.is(new Set(['a--b', 'a-b', '1a', 's-1a', `${long}1`, `${long}2`].map((service) => names(service).object)).size, 6);
});

test('subscriptions and environments have globally unique names of their own', (t) => {
  const of = (subscription: string, environment: string) =>
    namesOf({ name: 'penstock', environment, subscription, region: 'r', state: { container: 'c' } });
  for (const key of ['registry', 'vault', 'releases', 'functionsHost', 'apiManagement', 'functions'] as const) {
    t.is(new Set([of('a', 'dev')[key], of('b', 'dev')[key], of('a', 'prod')[key]]).size, 3, key);
  }
});
