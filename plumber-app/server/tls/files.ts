import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { UserError } from '../../../service/errors.ts';

/** What a listener needs for HTTPS: PEM files, read again when they change. */
export interface TlsFiles {
  /** The certificate, and what chains it to a root. */
  readonly cert: string;
  readonly key: string;
  /** Whose certificates callers must show; empty or absent: callers need none. More than one while they are rotated. */
  readonly ca?: readonly string[] | undefined;
  /** The names of which a caller's certificate must have one; empty or absent: any. */
  readonly subjects?: readonly string[] | undefined;
}

/** What the files hold, checked. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string[] | undefined;
  /** The same for the same contents. */
  readonly fingerprint: string;
  readonly notAfter: Date;
  /** `CN=…`, for the log. */
  readonly subject: string;
}

/** The contents of the files, as they are at this moment. */
export interface TlsContents {
  readonly cert: string;
  readonly key: string;
  readonly ca: readonly string[];
  readonly fingerprint: string;
}

/** @throws UserError that names the file that cannot be read */
export async function readContents({ cert, key, ca = [] }: TlsFiles): Promise<TlsContents> {
  const [certText = '', keyText = '', ...caTexts] = await Promise.all([cert, key, ...ca].map(readText));
  const hash = createHash('sha256');
  for (const text of [certText, keyText, ...caTexts]) hash.update(`${text.length}\n${text}`);
  return { cert: certText, key: keyText, ca: caTexts, fingerprint: hash.digest('hex') };
}

/** @throws UserError that names the file that holds something else than it should, or the pair that does not match */
export function checkContents(contents: TlsContents, files: TlsFiles): TlsMaterial {
  const { cert, key, fingerprint } = contents;
  const [leaf] = certificatesIn(cert, files.cert);
  const ca = contents.ca.flatMap((text, i) => certificatesIn(text, files.ca?.[i] ?? ''));
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = (error as Error).message;
    throw new UserError(
      /key values mismatch/.test(reason)
        ? `the key in ${files.key} is not that of the certificate in ${files.cert}`
        : `${files.cert} and ${files.key}: a certificate and its key, both PEM, are expected (${reason})`,
    );
  }
  return {
    cert,
    key,
    ca: ca.length === 0 ? undefined : ca.map(String),
    fingerprint,
    notAfter: new Date(leaf!.validTo),
    subject: leaf!.subject.replaceAll('\n', ', '),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** At least one. */
function certificatesIn(text: string, file: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new UserError(`${file} holds no certificate; PEM is expected`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw new UserError(`${file} holds a damaged certificate: ${(error as Error).message}`);
  }
}
