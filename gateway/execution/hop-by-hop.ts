import type { Headers } from '../headers.ts';

/** Headers that concern one connection only (RFC 9110, 7.6.1), and those that each side's HTTP library writes itself. */
const perConnection = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Names and values in turn, as they came, without what concerns the connection alone and without `others`. */
export function endToEnd(headers: Headers, ...others: string[]): string[] {
  const { flat } = headers;
  const kept: string[] = [];
  let named: string[] | undefined;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase();
    if (name === 'connection') named = [...(named ?? []), ...listed(flat[i + 1]!)];
    if (perConnection.has(name) || others.includes(name)) continue;
    kept.push(flat[i]!, flat[i + 1]!);
  }
  return named && named.length > 0 ? withoutNamed(kept, named) : kept;
}

function listed(connection: string): string[] {
  if (connection === 'keep-alive' || connection === 'close') return [];
  return connection
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'close' && name !== 'keep-alive');
}

function withoutNamed(flat: string[], names: string[]): string[] {
  return flat.flatMap((name, i) => (i % 2 === 0 && !names.includes(name.toLowerCase()) ? [name, flat[i + 1]!] : []));
}
