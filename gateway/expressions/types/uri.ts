import type { Cell } from '../bind/bound.ts';
import { argumentNull, invalidOperation, NetException } from '../exceptions.ts';
import { NetObject, netArray } from '../runtime/value.ts';
import { define, type NetType, typeNamed } from '../type.ts';

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443, ftp: 21, ws: 80, wss: 443 };

/** A System.Uri. Absolute ones are read as the WHATWG URL standard reads them, which for HTTP URLs is what .NET sees. */
export class Uri extends NetObject {
  readonly original: string;
  readonly #url: URL | undefined;

  constructor(original: string, url: URL | undefined) {
    super();
    this.original = original;
    this.#url = url;
  }

  /** `kind`: 0 either, 1 absolute, 2 relative. Undefined when the text is no such URI. */
  static tryCreate(text: string, kind = 1): Uri | undefined {
    const url = URL.parse(text.trim());
    if (url && kind !== 2 && /^[a-z][a-z0-9+.-]*:/i.test(text.trim())) return new Uri(text, url);
    return kind === 1 || url ? undefined : new Uri(text, undefined);
  }

  static create(text: string | null, kind = 1): Uri {
    if (text === null) throw argumentNull('uriString');
    const uri = Uri.tryCreate(text, kind);
    if (!uri) {
      const why = text === '' ? 'The URI is empty.' : 'The format of the URI could not be determined.';
      throw new NetException('UriFormatException', `Invalid URI: ${why}`);
    }
    return uri;
  }

  static join(base: Uri, relative: string): Uri {
    const url = URL.parse(relative, base.url.href);
    if (!url)
      throw new NetException('UriFormatException', 'Invalid URI: The format of the URI could not be determined.');
    return new Uri(url.href, url);
  }

  get netType(): NetType {
    return typeNamed('Uri');
  }
  get isAbsolute(): boolean {
    return this.#url !== undefined;
  }
  get url(): URL {
    if (!this.#url) throw invalidOperation('This operation is not supported for a relative URI.');
    return this.#url;
  }
  get scheme(): string {
    return this.url.protocol.slice(0, -1);
  }
  get port(): number {
    const { port } = this.url;
    return port === '' ? (defaultPorts[this.scheme] ?? -1) : Number(port);
  }
  override equals(other: unknown): boolean {
    return other instanceof Uri && other.toString() === this.toString();
  }
  override get key(): unknown {
    return `\0Uri\0${this.toString()}`;
  }
  /** As Uri.ToString: escapes that stand for readable characters are undone. */
  override toString(): string {
    if (!this.#url) return this.original;
    return this.#url.href.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => unescapeReadable(escaped));
  }
}

function unescapeReadable(escaped: string): string {
  try {
    const plain = decodeURIComponent(escaped);
    return [...plain].map((c) => (/[\p{Cc}%/?#&=+@:;,$[\]\\]/u.test(c) ? encodeURIComponent(c) : c)).join('');
  } catch {
    return escaped;
  }
}

/** Uri.EscapeDataString: everything but RFC 3986's unreserved characters. */
export function escapeData(text: string | null): string {
  if (text === null) throw argumentNull('stringToEscape');
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Undoes percent-encoding; what is no valid escape stays. */
export function unescapeData(text: string | null): string {
  if (text === null) throw argumentNull('stringToUnescape');
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

function leftPart(self: Uri, part: number): string {
  const { protocol, host, pathname, search } = self.url;
  const authority = `${protocol}//${host}`;
  return [`${protocol}//`, authority, authority + pathname, authority + pathname + search][part]!;
}

define({
  name: 'Uri',
  namespace: 'System',
  kind: 'class',
  base: 'object',
  members: {
    'Uri(string uriString)': (text: string | null) => Uri.create(text),
    'Uri(string uriString, UriKind uriKind)': (text: string | null, kind: number) => Uri.create(text, kind),
    'Uri(Uri baseUri, string relativeUri)': (base: Uri, relative: string) => Uri.join(base, relative),
    'static string EscapeDataString(string stringToEscape)': escapeData,
    'static string UnescapeDataString(string stringToUnescape)': unescapeData,
    'static string EscapeUriString(string stringToEscape)': (text: string) =>
      encodeURI(text.toWellFormed()).replaceAll('%5B', '[').replaceAll('%5D', ']'),
    'static bool IsWellFormedUriString(string uriString, UriKind uriKind)': (text: string | null, kind: number) =>
      text !== null && !/[\s"<>\\^`{|}]/.test(text) && Uri.tryCreate(text, kind) !== undefined,
    'static bool TryCreate(string uriString, UriKind uriKind, out Uri result)': (
      text: string | null,
      kind: number,
      result: Cell,
    ) => {
      const uri = text === null ? undefined : Uri.tryCreate(text, kind);
      result.v = uri ?? null;
      return uri !== undefined;
    },
    'static string SchemeDelimiter': () => '://',
    'string Scheme': (self: Uri) => self.scheme,
    'string Host': (self: Uri) => self.url.hostname,
    'string DnsSafeHost': (self: Uri) => self.url.hostname.replace(/^\[|\]$/g, ''),
    'int Port': (self: Uri) => self.port,
    'bool IsDefaultPort': (self: Uri) => self.url.port === '',
    'bool IsAbsoluteUri': (self: Uri) => self.isAbsolute,
    'string Authority': (self: Uri) => self.url.host,
    'string AbsolutePath': (self: Uri) => self.url.pathname,
    'string LocalPath': (self: Uri) => unescapeData(self.url.pathname),
    'string PathAndQuery': (self: Uri) => self.url.pathname + self.url.search,
    'string Query': (self: Uri) => self.url.search,
    'string Fragment': (self: Uri) => self.url.hash,
    'string UserInfo': (self: Uri) =>
      self.url.password ? `${self.url.username}:${self.url.password}` : self.url.username,
    'string AbsoluteUri': (self: Uri) => self.url.href,
    'string OriginalString': (self: Uri) => self.original,
    'string[] Segments': (self: Uri) => netArray(typeNamed('string'), self.url.pathname.match(/[^/]*\/|[^/]+$/g) ?? []),
    'string GetLeftPart(UriPartial part)': leftPart,
    'static bool operator ==(Uri a, Uri b)': (a: Uri | null, b: Uri | null) =>
      a === null || b === null ? a === b : a.equals(b),
    'static bool operator !=(Uri a, Uri b)': (a: Uri | null, b: Uri | null) =>
      !(a === null || b === null ? a === b : a.equals(b)),
  },
});

define({
  name: 'WebUtility',
  namespace: 'System.Net',
  kind: 'static',
  members: {
    'static string UrlEncode(string value)': (text: string | null) =>
      text === null
        ? null
        : encodeURIComponent(text.toWellFormed())
            .replaceAll('%20', '+')
            .replace(/['~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    'static string UrlDecode(string encodedValue)': (text: string | null) =>
      text === null ? null : unescapeData(text.replaceAll('+', ' ')),
    'static string HtmlEncode(string value)': (text: string | null) => (text === null ? null : htmlEncode(text)),
    'static string HtmlDecode(string value)': (text: string | null) => (text === null ? null : htmlDecode(text)),
  },
});

const named: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#39;' };

function htmlEncode(text: string): string {
  return text.replace(
    /[<>&"'\u00a0-\u00ff]|[\ud800-\udbff][\udc00-\udfff]/g,
    (c) => named[c] ?? `&#${c.codePointAt(0)};`,
  );
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: '\u00a0' };

function htmlDecode(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi,
    (all, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? all;
      const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
