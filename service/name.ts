import { basename, resolve } from 'node:path';

/** A DNS label (RFC 1123): it names the API's path, the Kubernetes objects and the releases. */
const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What a service may be called, for messages. */
export const serviceNameForm =
  'a name of at most 63 lower-case letters, digits and inner hyphens, such as boston-housing';

export function isServiceName(name: string): boolean {
  return dnsLabel.test(name);
}

/** The name of a service that doesn't say its own: the directory's name, as a DNS label; `service` when nothing is left. */
export function serviceNameOf(directory: string): string {
  const label = basename(resolve(directory))
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return label === '' ? 'service' : label;
}
