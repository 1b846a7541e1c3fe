/** What a request says about the address under which its caller sees the service. */
export interface SeenAs {
  /** The headers, in lower case; of repeated ones the first value. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Whether the caller's connection to us is encrypted. */
  readonly isEncrypted: boolean;
}

/** Letters, digits and what names, IPv6 addresses and ports need; nothing that could end a URL's host. */
const HOST = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const PREFIX = /^(?:\/[\w.~%-]+)+$/;

/**
 * The URL under which a caller reaches the service, without a slash at its end: from X-Forwarded-Proto, -Host, -Port and
 * -Prefix where a proxy has set them, else from Host. Empty (a relative URL) when neither makes sense.
 */
export function publicBase({ headers, isEncrypted }: SeenAs): string {
  const forwarded = (name: string) => headers[`x-forwarded-${name}`]?.split(',')[0]?.trim();
  const asked = forwarded('host');
  const host = asked !== undefined && HOST.test(asked) ? asked : headers['host'];
  if (host === undefined || !HOST.test(host)) return '';
  const proto = forwarded('proto')?.toLowerCase();
  const scheme = proto === 'http' || proto === 'https' ? proto : isEncrypted ? 'https' : 'http';
  const port = forwarded('port');
  const hasPort = /:\d+$/.test(host);
  const isUsual = port === (scheme === 'https' ? '443' : '80');
  const suffix =
    asked !== undefined && port !== undefined && /^\d{1,5}$/.test(port) && !hasPort && !isUsual ? `:${port}` : '';
  const prefix = forwarded('prefix')?.replace(/\/+$/, '') ?? '';
  return `${scheme}://${host}${suffix}${PREFIX.test(prefix) ? prefix : ''}`;
}
