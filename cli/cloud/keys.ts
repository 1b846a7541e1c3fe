import type { Description } from '../../infra/describe.ts';
import { UserError } from '../../service/errors.ts';
import { refused, type Azure } from './azure.ts';

const version = '2022-08-01';

export interface Keys {
  readonly primary: string;
  readonly secondary: string;
}

/** The two keys of a subscription. @throws UserError when there is no such subscription */
export async function showKeys(azure: Azure, { ids }: Description, subscription: string): Promise<Keys> {
  const path = `${ids.apiManagement}/subscriptions/${encodeURIComponent(subscription)}`;
  const { body } = await azure.manage('POST', `${path}/listSecrets`, version);
  const { primaryKey, secondaryKey } = body as { primaryKey?: string; secondaryKey?: string };
  if (primaryKey === undefined || secondaryKey === undefined) {
    throw new UserError(`API Management has no subscription ${subscription}`);
  }
  return { primary: primaryKey, secondary: secondaryKey };
}

/** Makes one of a subscription's keys anew; the other goes on working. */
export async function rotateKey(
  azure: Azure,
  description: Description,
  subscription: string,
  which: 'primary' | 'secondary',
): Promise<string> {
  const action = which === 'primary' ? 'regeneratePrimaryKey' : 'regenerateSecondaryKey';
  const path = `${description.ids.apiManagement}/subscriptions/${encodeURIComponent(subscription)}`;
  await azure.manage('POST', `${path}/${action}`, version);
  return (await showKeys(azure, description, subscription))[which];
}

/**
 * Rotates both keys of the functions' own subscription and hands them over by the Key Vault, in an order in which the one
 * in use is never the one that changes.
 */
export async function rotateFunctionsKey(azure: Azure, description: Description): Promise<void> {
  for (const which of ['secondary', 'primary'] as const) {
    const key = await rotateKey(azure, description, 'functions', which);
    await keep(azure, description, key);
    await refreshReferences(azure, description);
  }
}

async function keep(azure: Azure, { names }: Description, value: string): Promise<void> {
  const { functionsKey } = names.secrets;
  const url = `https://${names.vault}.vault.azure.net/secrets/${functionsKey}?api-version=7.4`;
  const body = { value, contentType: 'API Management subscription key of the functions' };
  const reply = await azure.send('PUT', url, JSON.stringify(body));
  if (reply.status >= 400) throw refused('PUT', `secret ${functionsKey}`, reply);
}

/** Else the app sees the new secret only within a day. https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#rotation */
async function refreshReferences(azure: Azure, { subscription, names }: Description): Promise<void> {
  const site = `/subscriptions/${subscription}/resourceGroups/${names.groups.functions}/providers/Microsoft.Web/sites/${names.functions}`;
  await azure.manage('POST', `${site}/config/configreferences/appsettings/refresh`, '2023-12-01');
}

/** Makes a new version of the gateway's client certificate. @returns the versions: the new one, and the one before */
export async function renewCertificate(
  azure: Azure,
  { names }: Description,
): Promise<{ readonly present: string; readonly before: string }> {
  const url = `https://${names.vault}.vault.azure.net/certificates/${names.secrets.gatewayCertificate}`;
  const current = await azure.send('GET', `${url}?api-version=7.4`);
  if (current.status >= 400) throw refused('GET', url, current);
  const made = await azure.send(
    'POST',
    `${url}/create?api-version=7.4`,
    JSON.stringify({ policy: current.body['policy'] }),
  );
  if (made.status >= 400) throw refused('POST', url, made);
  const before = versionOf(current.body);
  const present = await azure.until('the new certificate', async () => {
    const now = versionOf((await azure.send('GET', `${url}?api-version=7.4`)).body);
    return now === before ? undefined : now;
  });
  return { present, before };
}

function versionOf(certificate: Record<string, unknown>): string {
  return (certificate['id'] as string | undefined)?.split('/').at(-1) ?? '';
}
