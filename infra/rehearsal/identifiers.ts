import { createHash } from 'node:crypto';

/** The tenant, subscription and principal that a rehearsal pretends to be. */
export const pretended = {
  tenant: '11111111-1111-4111-8111-111111111111',
  subscription: '44444444-4444-4444-8444-444444444444',
  client: '22222222-2222-4222-8222-222222222222',
  object: '33333333-3333-4333-8333-333333333333',
} as const;

/** A GUID made of a text: the same text, the same GUID. */
export function guidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** A key made of a text, as long as Azure's are. */
export function keyOf(text: string): string {
  return createHash('sha512').update(text).digest('base64');
}

/** The type in a resource's path, in lower case: `microsoft.storage/storageaccounts`; empty for a subscription. */
export function typeOf(path: string): string {
  const at = path.toLowerCase().lastIndexOf('/providers/');
  if (at < 0) return path.split('/').length >= 5 ? 'microsoft.resources/resourcegroups' : '';
  const [namespace, ...segments] = path.slice(at + '/providers/'.length).split('/');
  return [namespace, ...segments.filter((_, index) => index % 2 === 0)].join('/').toLowerCase();
}

/** The resource that another lies in: its path without the last type and name. */
export function parentOf(path: string): string {
  return path.split('/').slice(0, -2).join('/');
}
