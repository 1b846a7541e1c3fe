import test from 'ava';
import { dependenciesOf } from '../../infra/edge/parts.ts';
import { policySetOf } from '../../infra/edge/policies.ts';
import { warningsOf } from '../../infra/services.ts';
import { literal } from '../../infra/literal.ts';
import { environment } from '../support/environment.ts';
import { resource, samplePolicies, synth } from '../support/infra.ts';

const production = environment();
const { edge } = (await synth(production, samplePolicies(production))).stacks;
const dependenciesOfResource = (type: string, name?: string) => resource(edge, type, name)['depends_on'] as string[];

test('a policy waits for all that its XML names', (t) => {
  t.deepEqual(dependenciesOfResource('azurerm_api_management_policy'), [
    'azurerm_api_management_policy_fragment.fragment-errors',
  ]);
  const api = dependenciesOfResource('azurerm_api_management_api_policy');
  t.true(api.includes('azurerm_api_management_backend.boston-housing-backend'));
  t.true(api.includes('azurerm_api_management_certificate.gateway-certificate'));
  t.true(
    dependenciesOfResource('azurerm_api_management_api_operation_policy').includes(
      'azurerm_api_management_named_value.value-max-body',
    ),
  );
});

test('the policies of this product deploy with all that they name', async (t) => {
  const entra = environment({ entra: { audience: 'api://penstock', roles: ['Score.Invoke'] } });
  const { stacks } = await synth(entra, policySetOf(entra));
  const policy = resource(stacks.edge, 'azurerm_api_management_api_policy');
  t.true((policy['depends_on'] as string[]).includes('azurerm_api_management_backend.boston-housing-backend'));
  t.true((policy['depends_on'] as string[]).includes('azurerm_api_management_certificate.gateway-certificate'));
  t.regex(String(policy['xml_content']), /Score\.Invoke/);
  t.is(resource(stacks.edge, 'azurerm_api_management_backend')['name'], 'scoring-boston-housing');
  t.deepEqual(Object.keys(stacks.edge.resource['azurerm_api_management_product_policy']!).sort(), [
    'product-internal-policy',
    'product-standard-policy',
    'product-trial-policy',
  ]);
});

test('a policy that names what is not deployed is refused', (t) => {
  t.throws(() => dependenciesOf('<x backend-id="nowhere"/>', new Map()), {
    message: /backend nowhere, which the edge does not deploy/,
  });
});

test('what belongs to one API is written one after the other', (t) => {
  const parts = [
    'azurerm_api_management_api.boston-housing-api',
    'azurerm_api_management_api_operation.boston-housing-operation-post-score',
    'azurerm_api_management_api_operation_policy.boston-housing-operation-post-score-policy',
    'azurerm_api_management_api_operation.boston-housing-operation-get-user',
    'azurerm_api_management_api_policy.boston-housing-policy',
    'azurerm_api_management_product_api.product-standard-boston-housing',
    'azurerm_api_management_product_api.product-trial-boston-housing',
    'azurerm_api_management_product_api.product-internal-boston-housing',
  ];
  parts.slice(1).forEach((address, index) => {
    const [type, name] = address.split('.') as [string, string];
    t.true(dependenciesOfResource(type, name).includes(parts[index]!), address);
  });
});

test('expressions reach API Management as they were written', (t) => {
  const xml = String(resource(edge, 'azurerm_api_management_api_policy')['xml_content']);
  t.true(xml.includes('$${context.RequestId} %%{x}'));
  t.is(literal('a ${b} $${c} %{d} $e %'), 'a $${b} $$${c} %%{d} $e %');
});

test('the gateway trusts nobody by default', (t) => {
  t.like(resource(edge, 'azurerm_api_management_backend'), {
    url: 'https://boston-housing.penstock.example.com',
    tls: { validate_certificate_chain: true, validate_certificate_name: true },
  });
  t.like(resource(edge, 'azurerm_api_management_subscription', 'subscription-functions'), {
    state: 'active',
    allow_tracing: false,
  });
});

test('with the staging issuer validation is off, nowhere else, and a warning says so', async (t) => {
  const staging = environment({ tls: { issuer: 'letsencrypt-staging', email: 'a@example.com' } });
  const { stacks } = await synth(staging, samplePolicies(staging));
  t.like(resource(stacks.edge, 'azurerm_api_management_backend'), { tls: { validate_certificate_chain: false } });
  t.regex(warningsOf(staging).join(), /does not validate/);
  t.deepEqual(warningsOf(production), []);
});

test('no diagnostic shows keys, tokens or bodies', (t) => {
  const text = JSON.stringify(resource(edge, 'azurerm_api_management_diagnostic'));
  t.notRegex(text, /"headers_to_log":\[[^\]]*(Authorization|Subscription-Key)/i);
  t.is(text.match(/"body_bytes":0/g)?.length, 4);
});
