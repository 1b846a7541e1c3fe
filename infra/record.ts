import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { UserError } from '../service/errors.ts';
import type { Access, Environment } from './config.ts';

/** What an environment was first deployed with; another value replaces the cluster, or the gateway. */
export interface Recorded {
  readonly access: Access;
  readonly tier?: Environment['apiManagement']['tier'];
}

const file = join('config', 'recorded.yaml');

/** What is recorded of each environment; empty when there is no record yet. */
export async function readRecord(root: string): Promise<Partial<Record<string, Recorded>>> {
  const text = await readFile(join(root, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new UserError(`${file} cannot be read: ${error.message}`);
  });
  return (parse(text) as Partial<Record<string, Recorded>> | null) ?? {};
}

/** Records what an environment is deployed with, the rest of the file unchanged. */
export async function writeRecord(root: string, { environment, cluster, apiManagement }: Environment): Promise<void> {
  const path = join(root, file);
  const document = parseDocument(await readFile(path, 'utf8').catch(() => ''));
  const recorded: Recorded = { access: cluster.access, tier: apiManagement.tier };
  document.set(environment, document.createNode(recorded, { flow: true }));
  await writeFile(path, document.toString());
}

/**
 * Compares an environment with its record.
 * @param replace what the operator has agreed to replace, from PENSTOCK_REPLACE
 * @throws UserError when the access has changed and nobody has said that the cluster may go, or the gateway's tier has
 */
export function checkRecord(
  { environment, cluster, apiManagement }: Environment,
  recorded: Recorded | undefined,
  replace: string | undefined,
): void {
  if (recorded === undefined) return;
  const { tier = apiManagement.tier } = recorded;
  if (tier !== apiManagement.tier) {
    // Terraform would make the gateway anew and believe that all in it is still there: its name is the same.
    throw new UserError(
      `config/${environment}.yaml: apiManagement.tier: ${apiManagement.tier} differs from ${tier} in ${file}. ` +
        "The change replaces the gateway and every caller's key. To do that, destroy functions and edge with the old " +
        'value, then write the new one into both files and deploy',
    );
  }
  if (recorded.access === cluster.access || replace === 'cluster') return;
  throw new UserError(
    `config/${environment}.yaml: cluster.access: ${cluster.access} differs from ${recorded.access} in ${file}. ` +
      'The change replaces the cluster and all that runs on it. To do that, set PENSTOCK_REPLACE=cluster, ' +
      `deploy, and then write the new value into ${file}`,
  );
}
