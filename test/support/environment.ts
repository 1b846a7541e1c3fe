import fc from 'fast-check';
import { stringify } from 'yaml';
import { environmentOf, parseConfig, type Environment } from '../../infra/config.ts';
import { parseService } from '../../service/load.ts';

export const guid = '12345678-1234-4123-8123-123456789abc';

/** The least that a configuration must say; tests change what they are about. */
export function written(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    tenant: guid,
    subscription: guid,
    region: 'westeurope',
    owner: 'data-science',
    operators: { groups: [guid] },
    cluster: {
      system: { size: 'Standard_D4ds_v5', min: 3, max: 6 },
      scoring: { size: 'Standard_D8ds_v5', min: 3, max: 12 },
    },
    apiManagement: { publisherName: 'Penstock', publisherEmail: 'penstock@example.com' },
    tls: { issuer: 'letsencrypt', email: 'penstock@example.com' },
    domain: 'penstock.example.com',
    alerts: { emails: ['penstock@example.com'] },
    budget: { amount: 100 },
    services: [{ directory: 'plumber-app/example', address: '10.40.16.10', image: `sha256:${'a'.repeat(64)}` }],
    ...changes,
  };
}

const boston = `
name: boston-housing
limits: { timeout: 10s, queue: 256, queueTimeout: 2s, body: 16mb }
routes:
  POST /score: { rows: df, access: [standard, trial] }
probes:
  - { name: first-ten, route: POST /score, body: probes/first-ten.json }
`;

/** An environment of one service per entry; its definitions come from `definitions`, by directory, or are the example's. */
export function environment(
  changes: Record<string, unknown> = {},
  { name = 'test', definitions = {} }: { name?: string; definitions?: Record<string, string> } = {},
): Environment {
  const config = parseConfig(stringify(written(changes)), 'config/test.yaml');
  const services = config.services.map((entry) => {
    const text = definitions[entry.directory] ?? boston;
    return {
      ...entry,
      definition: parseService(text, `${entry.directory}/service.yaml`, 'service', { products: 'any' }),
    };
  });
  return environmentOf(name, config, services);
}

/** What the configuration's schema lets through, in all that names are made of. */
export const namedThings = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/).filter((name) => !name.includes('--')),
  environment: fc.stringMatching(/^[a-z][a-z0-9]{1,7}$/),
  subscription: fc.uuid(),
  region: fc.stringMatching(/^[a-z]{4,18}[0-9]?$/),
  service: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
});
