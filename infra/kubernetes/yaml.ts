import { stringify } from 'yaml';

/** The same objects as text, one document each: for `kubectl diff`, a reviewer, or a cluster without Terraform. */
export function toYaml(objects: readonly object[]): string {
  return objects.map((object) => stringify(plain(object), { aliasDuplicateObjects: false })).join('---\n');
}

/** Quantities and ports are texts in the provider's types; Kubernetes wants the numbers among them as numbers. */
function plain(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, plain(child, name)]));
  }
  const isNumber = typeof value === 'string' && /^\d+$/.test(value) && ['port', 'maxUnavailable'].includes(key);
  return isNumber ? Number(value) : value;
}
