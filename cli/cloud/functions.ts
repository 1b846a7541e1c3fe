import { zipSync } from 'fflate';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Description } from '../../infra/describe.ts';
import { UserError } from '../../service/errors.ts';
import { refused, type Azure } from './azure.ts';

/** The functions that the app registers: fewer means that it failed to load. */
const expected = ['health', 'probe-health', 'warm-models', 'warm-models-on-promotion'];

/** Every file of a directory in one archive, by its path with forward slashes. */
export async function zipOf(directory: string): Promise<Buffer> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  if (files.length === 0) throw new UserError(`${directory} is empty; npm run build makes it`);
  const entries = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(directory, path).replaceAll('\\', '/'), new Uint8Array(await readFile(path))] as const;
    }),
  );
  return Buffer.from(zipSync(Object.fromEntries(entries)));
}

/**
 * Publishes the package to the function app and waits until its functions are there.
 * https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#deploy-your-code-project
 * @returns the names of the functions
 * @throws UserError when publishing fails, or functions are missing
 */
export async function deployFunctions(azure: Azure, description: Description, zip: Buffer): Promise<string[]> {
  const { names, subscription } = description;
  const scm = `https://${names.functions}.scm.azurewebsites.net`;
  const published = await azure.send('POST', `${scm}/api/publish?RemoteBuild=false`, zip, { type: 'application/zip' });
  if (published.status >= 400) throw refused('POST', `${names.functions} /api/publish`, published);
  await azure.until('the package to be published', async () => {
    const { body, status } = await azure.send('GET', `${scm}/api/deployments/latest`);
    // Kudu: 3 is failed, 4 is done.
    if (body['status'] === 3) throw new UserError(`publishing failed: ${String(body['status_text'])}`);
    return status === 200 && body['status'] === 4 ? true : undefined;
  });
  const site = `/subscriptions/${subscription}/resourceGroups/${names.groups.functions}/providers/Microsoft.Web/sites/${names.functions}`;
  return azure.until(`the functions ${expected.join(', ')}`, async () => {
    const { body } = await azure.manage('GET', `${site}/functions`, '2023-12-01');
    const found = ((body['value'] ?? []) as { name: string }[]).map(({ name }) => name.split('/').at(-1)!);
    return expected.every((name) => found.includes(name)) ? found.sort() : undefined;
  });
}
