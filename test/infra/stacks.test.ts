import test from 'ava';
import { type StackName, stackNames } from '../../infra/naming.ts';
import { leftOut } from '../../infra/services.ts';
import { environment } from '../support/environment.ts';
import { keysOf, resource, samplePolicies, synth, type Synthesised } from '../support/infra.ts';

const production = environment();
const open = environment({
  operators: { groups: [production.tenant], ipRanges: ['203.0.113.8/31', '198.51.100.0/29'] },
  cluster: { ...production.cluster, access: 'authorisedRanges', tier: 'Free' },
  apiManagement: { ...production.apiManagement, tier: 'Developer' },
  tls: { issuer: 'keyvault' },
});
const whole = await synth(production, samplePolicies(production));
const opened = await synth(open, samplePolicies(open));

test('each stack waits for the one before', (t) => {
  whole.order.forEach((stack, index) => {
    t.is(stack.node.id, stackNames[index]!);
    t.deepEqual(
      stack.dependencies.map(({ node }) => node.id),
      index === 0 ? [] : [stackNames[index - 1]!],
    );
  });
});

test('each stack has a state of its own, reached by Entra ID alone', (t) => {
  const backends = stackNames.map(
    (name) => (whole.stacks[name].terraform['backend'] as { azurerm: Record<string, unknown> }).azurerm,
  );
  t.is(new Set(backends.map(({ key }) => key)).size, stackNames.length);
  for (const backend of backends) {
    t.is(backend['use_azuread_auth'], true);
    t.false('access_key' in backend || 'sas_token' in backend);
  }
});

test('a resource group that holds what is not ours stays, but for the one that Azure itself adds to', (t) => {
  for (const name of stackNames) {
    const { features } = whole.stacks[name].provider['azurerm']![0] as { features: [Features] };
    const components = Object.keys(whole.stacks[name].resource['azurerm_application_insights'] ?? {});
    t.is(features[0].resource_group[0].prevent_deletion_if_contains_resources, components.length === 0, name);
  }
});

interface Features {
  readonly resource_group: [{ readonly prevent_deletion_if_contains_resources: boolean }];
}

/** Maps whose keys are ours or somebody else's to choose. */
const freeForm = [
  'tags',
  'labels',
  'annotations',
  'app_settings',
  'node_labels',
  'match_labels',
  'node_selector',
  'data',
  'requests',
  'limits',
  'volume_attributes',
  '//',
];

for (const [name, { stacks }] of Object.entries({ whole, opened })) {
  test(`no argument is in camel case: ${name}`, (t) => {
    for (const stack of stackNames) {
      for (const block of ['resource', 'data', 'provider', 'terraform'] as const) {
        for (const path of keysOf(stacks[stack][block])) {
          if (path.slice(0, -1).some((key) => freeForm.includes(key))) continue;
          // The third is a logical name.
          if (block !== 'provider' && path.length === 2) continue;
          t.notRegex(path.at(-1)!, /[A-Z]/, `${stack}: ${path.join('.')}`);
        }
      }
    }
  });
}

test('addresses stay: a new one destroys what had the old one', (t) => {
  for (const name of stackNames) t.snapshot(addressesOf(whole.stacks[name]), name);
});

test('every resource that can be tagged says whose it is and which stack made it', (t) => {
  const untaggable =
    /^(azurerm_(api_management_|nat_gateway_public|subnet|virtual_network_peering|role_|federated|storage_(container|queue|management)|monitor_(diagnostic|data_collection_rule_association)|network_security_rule|consumption|key_vault_access|eventgrid_system_topic_event)|kubernetes_|helm_|time_)/;
  for (const name of stackNames) {
    for (const [type, resources] of Object.entries(whole.stacks[name].resource)) {
      if (untaggable.test(type)) continue;
      for (const [id, { tags }] of Object.entries(resources)) {
        t.like(
          tags,
          { application: 'penstock', environment: 'test', owner: 'data-science', stack: name },
          `${type}.${id}`,
        );
      }
    }
  }
});

/** Types whose logs go to the workspace, and what of each is watched: the resource itself, or a part. */
const watched: Record<string, string> = {
  azurerm_api_management: '',
  azurerm_container_registry: '',
  azurerm_eventgrid_system_topic: '',
  azurerm_function_app_flex_consumption: '',
  azurerm_key_vault: '',
  azurerm_kubernetes_cluster: '',
  azurerm_log_analytics_workspace: '',
  azurerm_monitor_data_collection_rule: '',
  azurerm_network_security_group: '',
  azurerm_public_ip: '',
  azurerm_storage_account: '/blobServices/default',
  azurerm_virtual_network: '',
};
/** Types without logs of their own: parts of others, settings, and what has metrics alone, which Azure keeps unasked. */
const silent =
  /^azurerm_(api_management_|application_insights|consumption_budget|dns_zone|eventgrid_system_topic_event|federated_|key_vault_|kubernetes_cluster_node_pool|monitor_|nat_gateway|network_security_rule|private_|resource_group|role_assignment|service_plan|storage_|subnet|user_assigned_identity)/;

for (const [name, { stacks }] of Object.entries({ whole, opened })) {
  test(`whatever has logs sends them to the workspace: ${name}`, (t) => {
    const targets = stackNames.flatMap((stack) =>
      Object.values(stacks[stack].resource?.['azurerm_monitor_diagnostic_setting'] ?? {}).map(
        ({ target_resource_id: target }) => String(target),
      ),
    );
    for (const stack of stackNames) {
      for (const [type, resources] of Object.entries(stacks[stack].resource ?? {})) {
        const part = watched[type];
        if (part === undefined) {
          if (type.startsWith('azurerm_')) t.regex(type, silent);
          continue;
        }
        for (const [id, { name: own }] of Object.entries(resources)) {
          const expected = [`\${${type}.${id}.id}${part}`, `/${String(own)}${part}`];
          t.true(
            targets.some((target) => expected.some((end) => target.endsWith(end))),
            `${type}.${id}`,
          );
        }
      }
    }
  });
}

test('nothing passes from state to state, and no secret stands in an argument', (t) => {
  for (const name of stackNames) {
    t.is(whole.stacks[name].output, undefined, name);
    // A token that was calculated with, or cut, stays behind as what CDKTF keeps for it.
    t.notRegex(whole.texts[name], /TfToken|-1\.8881545897087/i, name);
    t.notRegex(
      whole.texts[name],
      /terraform_remote_state|kube_config_raw|kube_admin_config|primary_access_key|AccountKey=/,
    );
  }
  const settings = resource(whole.stacks.functions, 'azurerm_function_app_flex_consumption')['app_settings'] as Record<
    string,
    string
  >;
  t.regex(settings['PENSTOCK_KEY']!, /^@Microsoft\.KeyVault\(SecretUri=https:\/\//);
  const secret = resource(whole.stacks.edge, 'azurerm_key_vault_secret');
  t.false('value' in secret);
  t.regex(
    String(secret['value_wo']),
    /^\$\{azurerm_api_management_subscription\.subscription-functions\.primary_key\}$/,
  );
});

/** The types of resources that ids of a kind belong to. */
const madeAs: Record<string, RegExp> = {
  accounts: /^azurerm_monitor_workspace\./,
  actionGroups: /^azurerm_monitor_action_group\./,
  certificates: /^azurerm_key_vault_certificate\./,
  components: /^azurerm_application_insights\./,
  containers: /^azurerm_storage_container\./,
  dnsZones: /^azurerm_dns_zone\./,
  networkSecurityGroups: /^azurerm_network_security_group\./,
  privateDnsZones: /^azurerm_private_dns_zone\./,
  publicIPAddresses: /^azurerm_public_ip\./,
  queues: /^azurerm_storage_queue\./,
  registries: /^azurerm_container_registry\./,
  secrets: /^azurerm_key_vault_(secret|certificate)\./,
  storageAccounts: /^azurerm_storage_account\./,
  subnets: /^azurerm_subnet\./,
  subscriptions: /^$/,
  userAssignedIdentities: /^azurerm_user_assigned_identity\./,
  vaults: /^azurerm_key_vault\./,
  virtualNetworks: /^azurerm_virtual_network\./,
  workspaces: /^azurerm_log_analytics_workspace\./,
};

/** What each resource and data source of a stack waits for: by reference, or because it says so. */
function waitsOf({ resource: resources = {}, data = {} }: Synthesised): Map<string, string[]> {
  const waits = new Map<string, string[]>();
  for (const [prefix, block] of [
    ['', resources],
    ['data.', data],
  ] as const) {
    for (const [type, all] of Object.entries(block)) {
      for (const [id, content] of Object.entries(all)) {
        const named = [...JSON.stringify(content).matchAll(/(?<![$\w])\$\{((?:data\.)?[a-z0-9_]+\.[\w-]+)\./g)].map(
          ([, address]) => address!,
        );
        waits.set(`${prefix}${type}.${id}`, [...named, ...((content['depends_on'] ?? []) as string[])]);
      }
    }
  }
  return waits;
}

/** All that a resource waits for, and what those wait for. @throws Error for one that waits for itself, or for nothing */
function allBefore(address: string, waits: ReadonlyMap<string, string[]>, path: readonly string[] = []): Set<string> {
  if (path.includes(address)) throw new Error([...path, address].join(' → '));
  const next = waits.get(address);
  if (next === undefined) throw new Error(`${path.at(-1)} refers to ${address}`);
  return new Set(next.flatMap((other) => [other, ...allBefore(other, waits, [...path, address])]));
}

for (const [name, { stacks }] of Object.entries({ whole, opened })) {
  test(`what a stack refers to is in it, and nothing waits for itself: ${name}`, (t) => {
    for (const stack of stackNames) {
      const waits = waitsOf(stacks[stack]);
      t.notThrows(() => [...waits.keys()].forEach((address) => allBefore(address, waits)), stack);
    }
  });

  test(`what is named by its id alone is waited for when it is made in the same stack: ${name}`, (t) => {
    for (const stack of stackNames) {
      const waits = waitsOf(stacks[stack]);
      const made = Object.entries(stacks[stack].resource ?? {}).flatMap(([type, all]) =>
        Object.entries(all).map(([id, content]) => ({ address: `${type}.${id}`, content })),
      );
      for (const { address, content } of made) {
        const texts = [...JSON.stringify(content).matchAll(/"(\/subscriptions\/[^"$]+)"/g)].map(([, text]) => text!);
        for (const text of texts) {
          const [, kind = '', named] = /\/([^/]+)\/([^/]+)$/.exec(text) ?? [];
          const types = madeAs[kind];
          t.truthy(types, `${address} names ${text}`);
          const other = made.find((each) => each.content['name'] === named && types?.test(each.address));
          if (other === undefined) continue;
          t.true(allBefore(address, waits).has(other.address), `${stack}: ${address} names ${other.address}`);
        }
      }
    }
  });
}

test('a role is given before it is used, and waited for', (t) => {
  const waits: [StackName, string, string, string][] = [
    ['cluster', 'azurerm_kubernetes_cluster', 'cluster', 'time_sleep.roles-work'],
    ['edge', 'azurerm_api_management_certificate', 'gateway-certificate', 'time_sleep.roles-work'],
    ['functions', 'azurerm_function_app_flex_consumption', 'functions', 'time_sleep.host-roles-work'],
    ['functions', 'azurerm_eventgrid_system_topic_event_subscription', 'promotions', 'time_sleep.topic-roles-work'],
  ];
  for (const [stack, type, id, wait] of waits) {
    t.true((resource(whole.stacks[stack], type, id)['depends_on'] as string[]).includes(wait), `${type}.${id}`);
  }
  for (const name of stackNames) {
    for (const { triggers, depends_on: before } of Object.values(whole.stacks[name].resource['time_sleep'] ?? {})) {
      // Else one that is made anew would be used at once.
      const made = Object.values(triggers as Record<string, string>).map((id) => /^\$\{(.*)\.id\}$/.exec(id)?.[1]);
      t.deepEqual(made.sort(), [...(before as string[])].sort(), name);
    }
    const assignments = Object.entries(whole.stacks[name].resource['azurerm_role_assignment'] ?? {});
    for (const [id, { description, principal_type: kind }] of assignments) {
      t.true(String(description).length > 10, id);
      t.is(kind, 'ServicePrincipal');
    }
  }
});

test('a service without an image is left out of workload, edge and functions, with a warning', async (t) => {
  const services = [
    { directory: 'a', address: '10.40.16.10', channel: 'a', image: `sha256:${'a'.repeat(64)}` },
    { directory: 'b', address: '10.40.16.11', channel: 'b' },
  ];
  const two = environment({ services }, { definitions: { a: 'name: first', b: 'name: second' } });
  t.regex(leftOut(two).join(), /^second has no image in config\/test\.yaml yet: .*penstock image push b/);
  const { stacks, texts } = await synth(two, samplePolicies(two));
  t.deepEqual(Object.keys(stacks.workload.resource['kubernetes_deployment_v1']!), ['first-deployment']);
  t.notRegex(texts.edge, /second/);
  t.is(
    (resource(stacks.functions, 'azurerm_function_app_flex_consumption')['app_settings'] as Record<string, string>)[
      'PENSTOCK_CHANNELS'
    ],
    'a',
  );
  // Its identity waits for it.
  t.truthy(stacks.platform.resource['azurerm_user_assigned_identity']!['second-identity']);
});

test('with no image at all everything else still synthesises', async (t) => {
  const none = environment({ services: [{ directory: 'a', address: '10.40.16.10' }] });
  const { stacks } = await synth(none, samplePolicies(none));
  t.is(stacks.workload.resource['kubernetes_deployment_v1'], undefined);
  t.is(stacks.functions.resource['azurerm_function_app_flex_consumption'], undefined);
  t.truthy(stacks.edge.resource['azurerm_api_management']);
});

test('several services each get all of their own', async (t) => {
  const services = ['a', 'b'].map((directory, index) => ({
    directory,
    channel: directory,
    address: `10.40.16.${10 + index}`,
    image: `sha256:${directory.repeat(64)}`,
  }));
  const two = environment({ services }, { definitions: { a: 'name: first', b: 'name: second' } });
  const { stacks } = await synth(two, samplePolicies(two));
  const of = (stack: Synthesised, type: string) => Object.keys(stack.resource[type]!).sort();
  t.deepEqual(of(stacks.workload, 'kubernetes_deployment_v1'), ['first-deployment', 'second-deployment']);
  t.deepEqual(of(stacks.workload, 'kubernetes_service_v1'), ['first-service', 'second-service']);
  t.deepEqual(of(stacks.workload, 'helm_release'), ['first-extras', 'second-extras']);
  t.deepEqual(of(stacks.edge, 'azurerm_api_management_api'), ['first-api', 'second-api']);
  t.deepEqual(of(stacks.edge, 'azurerm_api_management_backend'), ['first-backend', 'second-backend']);
  t.deepEqual(of(stacks.edge, 'azurerm_private_dns_zone'), ['first-zone', 'second-zone']);
  t.deepEqual(of(stacks.cluster, 'azurerm_federated_identity_credential'), [
    'cert-manager-federation',
    'first-federation',
    'second-federation',
  ]);
  const addresses = Object.values(stacks.edge.resource['azurerm_private_dns_a_record']!).map(({ records }) => records);
  t.deepEqual(addresses, [['10.40.16.10'], ['10.40.16.11']]);
});

test('text of ours is no template of Terraform', async (t) => {
  const hostile = environment(
    { owner: '${path.root}' },
    { definitions: { 'plumber-app/example': 'description: "%{ if true }${file(\'x\')}"' } },
  );
  const { stacks } = await synth(hostile, samplePolicies(hostile));
  t.is(
    (resource(stacks.network, 'azurerm_virtual_network')['tags'] as Record<string, string>)['owner'],
    '$${path.root}',
  );
  t.is(resource(stacks.edge, 'azurerm_api_management_api')['description'], "%%{ if true }$${file('x')}");
});

function addressesOf({ resource: resources = {}, data = {} }: Synthesised): string[] {
  const list = (block: Record<string, Record<string, unknown>>, prefix: string) =>
    Object.entries(block).flatMap(([type, all]) => Object.keys(all).map((name) => `${prefix}${type}.${name}`));
  return [...list(resources, ''), ...list(data, 'data.')].sort();
}
