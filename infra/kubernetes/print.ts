import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../service/errors.ts';
import { loadEnvironment } from '../config.ts';
import { namesOf } from '../naming.ts';
import { deployable, leftOut } from '../services.ts';
import { namespaceObjects, serviceObjects, type Facts } from './objects.ts';
import { toYaml } from './yaml.ts';

/** What only the cloud knows, as JSON on the command line: `{ "clientIds": { "boston-housing": "…" }, "certificates": "file.pem" }` */
interface Given {
  readonly clientIds?: Readonly<Record<string, string>>;
  readonly certificates?: string;
}

/** Prints an environment's Kubernetes objects as YAML. */
async function main([name = 'dev', given = '{}']: readonly string[]): Promise<void> {
  const environment = await loadEnvironment(name, join(import.meta.dirname, '..', '..'));
  const { clientIds = {}, certificates } = JSON.parse(given) as Given;
  const facts: Facts = {
    registry: `${namesOf(environment).registry}.azurecr.io`,
    clientIdOf: (service) => clientIds[service] ?? `CLIENT-ID-OF-${service}`,
    gatewayCertificates: certificates === undefined ? '' : await readFile(certificates, 'utf8'),
  };
  for (const line of leftOut(environment)) process.stderr.write(`warning: ${line}\n`);
  const objects = [
    ...Object.values(namespaceObjects(environment, facts)),
    ...deployable(environment).flatMap((service) => Object.values(serviceObjects(environment, service, facts))),
  ];
  process.stdout.write(toYaml(objects));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
