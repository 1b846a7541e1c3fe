import { mustBe, type Exception, type Rule } from './rule.ts';

const scalesByItself: Exception = {
  when: 'Flex Consumption (sku_name FC1)',
  reason: 'Azure places and counts the instances; a missed minute of probes is an alert, not an outage.',
  applies: (_, { arguments: all }) => all['sku_name'] === 'FC1',
};
const plan = 'azurerm_service_plan';
const app = 'azurerm_function_app_flex_consumption';

export const functionRules: readonly Rule[] = [
  {
    id: 'CKV_AZURE_211',
    type: plan,
    demand: 'the plan is one for production',
    reason: 'Free and shared plans stop without notice.',
    holds: ({ arguments: all }) => !/^(F1|D1|B[123]|SHARED)$/i.test(String(all['sku_name'])),
  },
  {
    id: 'CKV_AZURE_212',
    type: plan,
    demand: 'the plan has more than one worker',
    reason: 'One worker is one point of failure.',
    holds: ({ arguments: all }) => Number(all['worker_count'] ?? 1) > 1,
    exceptions: [scalesByItself],
  },
  {
    id: 'CKV_AZURE_225',
    type: plan,
    demand: 'zone_balancing_enabled is true',
    reason: 'A zone that fails must not take the plan along.',
    holds: mustBe(['zone_balancing_enabled'], true),
    exceptions: [scalesByItself],
  },
  {
    id: 'PENSTOCK_9',
    type: app,
    demand: 'HTTPS alone, and no publishing with a password',
    reason: 'Code is deployed with an Entra token.',
    holds: ({ arguments: all }) =>
      all['https_only'] === true && all['webdeploy_publish_basic_authentication_enabled'] === false,
  },
  {
    id: 'PENSTOCK_10',
    type: app,
    demand: 'no app setting holds a secret',
    reason: 'Everyone who may read the app reads its settings; secrets are Key Vault references.',
    holds: ({ arguments: all }) =>
      Object.entries((all['app_settings'] ?? {}) as Record<string, string>).every(
        ([name, value]) =>
          value.startsWith('@Microsoft.KeyVault(') ||
          (!/(KEY|SECRET|PASSWORD|TOKEN)$/i.test(name) && !/AccountKey=|SharedAccess|sig=/i.test(value)),
      ),
  },
];
