import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../service/errors.ts';
import { forStorage } from './cidr.ts';
import { loadEnvironment } from './config.ts';
import { idsOf } from './ids.ts';
import { namesOf, serviceNamesOf, stackNames } from './naming.ts';
import { checkRecord, readRecord, writeRecord } from './record.ts';

/** What the command line knows of an environment: it runs this file and reads its output. */
export type Description = Awaited<ReturnType<typeof describe>>;

export async function describe(name: string, root: string) {
  const environment = await loadEnvironment(name, root);
  const { tenant, subscription, region, cluster, operators, storage, retention } = environment;
  const { apiManagement, vault } = idsOf(environment);
  checkRecord(environment, (await readRecord(root))[name], process.env['PENSTOCK_REPLACE']);
  return {
    environment: name,
    tenant,
    subscription,
    region,
    access: cluster.access,
    /** As a storage firewall takes them. */
    storageRanges: operators.ipRanges.flatMap(forStorage),
    replication: storage.replication,
    deletedDays: retention.deletedDays,
    stacks: stackNames,
    names: namesOf(environment),
    ids: { apiManagement, vault },
    services: environment.services.map(({ definition, image, channel, directory }) => ({
      name: definition.name,
      directory,
      image,
      channel,
      host: serviceNamesOf(environment, definition.name).host,
    })),
  };
}

async function main([name = 'dev', record]: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, '..');
  const description = await describe(name, root);
  if (record === '--record') await writeRecord(root, await loadEnvironment(name, root));
  process.stdout.write(`${JSON.stringify(description)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
