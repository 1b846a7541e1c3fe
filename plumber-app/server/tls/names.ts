import type { PeerCertificate } from 'node:tls';

/** `DNS:a.example, URI:"a, b"`: Node quotes a value that could be taken for several (nodejs.org, `x509.subjectAltName`). */
const alternative = /(?:^|, )([A-Za-z ]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))/g;

/** The names in a certificate: its common names, and its alternative names that are hosts, URIs or mail addresses. */
export function namesOf({
  subject,
  subjectaltname = '',
}: Pick<PeerCertificate, 'subject' | 'subjectaltname'>): string[] {
  const names = [subject?.CN ?? []].flat();
  for (const [, kind = '', quoted, plain = ''] of subjectaltname.matchAll(alternative)) {
    if (!['DNS', 'URI', 'email'].includes(kind)) continue;
    names.push(quoted === undefined ? plain : (JSON.parse(quoted) as string));
  }
  return names;
}
