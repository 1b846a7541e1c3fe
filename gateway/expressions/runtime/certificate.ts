import { X509Certificate } from 'node:crypto';
import { argumentNull, NetException } from '../exceptions.ts';
import { type NetType, typeNamed } from '../type.ts';
import { DateTime } from './datetime.ts';
import { cryptographic } from './hash.ts';
import { NetObject } from './value.ts';

/** What .NET calls the attributes of a name that OpenSSL calls otherwise. */
const attributes: Readonly<Record<string, string>> = { ST: 'S', emailAddress: 'E', street: 'STREET' };

/** An X509Certificate2 without a private key. */
export class Certificate extends NetObject {
  readonly x509: X509Certificate;
  /** Whether its chain ends at an authority that is trusted; undefined where nobody has looked. */
  readonly #trusted: boolean | undefined;

  constructor(x509: X509Certificate, trusted?: boolean) {
    super();
    this.x509 = x509;
    this.#trusted = trusted;
  }

  /** @throws NetException for bytes that are no certificate; a PKCS #12 archive is none here */
  static read(bytes: Uint8Array | null): Certificate {
    if (bytes === null) throw argumentNull('rawData');
    try {
      return new Certificate(new X509Certificate(bytes));
    } catch {
      throw cryptographic('Cannot find the requested object.');
    }
  }

  get netType(): NetType {
    return typeNamed('X509Certificate2');
  }
  override equals(other: unknown): boolean {
    return other instanceof Certificate && other.x509.raw.equals(this.x509.raw);
  }
  override get key(): unknown {
    return this.x509.fingerprint512;
  }

  get thumbprint(): string {
    return this.x509.fingerprint.replaceAll(':', '');
  }
  get subject(): string {
    return distinguishedName(this.x509.subject);
  }
  get issuer(): string {
    return distinguishedName(this.x509.issuer);
  }
  get notBefore(): DateTime {
    return DateTime.fromDate(this.x509.validFromDate);
  }
  get notAfter(): DateTime {
    return DateTime.fromDate(this.x509.validToDate);
  }
  get raw(): Uint8Array {
    return new Uint8Array(this.x509.raw);
  }

  verify(): boolean {
    if (this.#trusted !== undefined) return this.#trusted;
    throw new NetException('NotSupportedException', "The local gateway verifies the caller's certificate only.");
  }
}

/** OpenSSL's lines, the widest first, as .NET writes a name: the narrowest first, quoted where it has to be. */
function distinguishedName(lines: string | undefined): string {
  return (lines ?? '')
    .split('\n')
    .reverse()
    .map((line) => {
      const [, name, escaped] = /^([^=]*)=(.*)$/s.exec(line) ?? [];
      if (name === undefined) return line;
      return `${attributes[name] ?? name}=${quoted(unescaped(escaped!))}`;
    })
    .join(', ');
}

/** Undoes RFC 2253's escapes. */
function unescaped(value: string): string {
  return value.replace(/\\(?:([\da-fA-F]{2})|(.))/gs, (_, hex?: string, char?: string) =>
    hex === undefined ? char! : String.fromCharCode(parseInt(hex, 16)),
  );
}

function quoted(value: string): string {
  return value === '' || /^\s|\s$|[,+="\n<>#;]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
