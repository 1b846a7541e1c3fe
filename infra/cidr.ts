/** A range of IPv4 addresses, both ends included, as unsigned 32-bit numbers. */
export interface Range {
  readonly first: number;
  readonly last: number;
  /** The prefix length, 0–32. */
  readonly bits: number;
}

/** The range that `10.0.0.0/16` or a bare address means; undefined when it is neither, or has bits set behind its mask. */
export function parseRange(text: string): Range | undefined {
  const [, address = '', mask = '32'] = /^(\d+(?:\.\d+){3})(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const first = parseAddress(address);
  const bits = Number(mask);
  if (first === undefined || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { first, last: first + size - 1, bits } : undefined;
}

/** The number of a dotted address; undefined when it is none. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether any address of the range is one that no one on the Internet can have (RFC 1918, 6598, loopback, link-local). */
export function isPrivate(range: Range): boolean {
  return ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'].some(
    (text) => overlap(parseRange(text)!, range),
  );
}

/** As API server, registry and Key Vault want it: always with a mask. */
export function withMask(range: string): string {
  return range.includes('/') ? range : `${range}/32`;
}

/**
 * As the storage firewall wants it, which refuses /31 and /32: those become bare addresses.
 * https://learn.microsoft.com/azure/storage/common/storage-network-security#grant-access-from-an-internet-ip-range
 */
export function forStorage(text: string): string[] {
  const range = parseRange(text);
  if (range === undefined || range.bits < 31) return [text];
  return Array.from({ length: range.last - range.first + 1 }, (_, index) => formatAddress(range.first + index));
}

function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
