import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The hosts that azurerm and this program call: the stand-in is all of them. */
export const hosts = [
  'localhost',
  'management.azure.com',
  'login.microsoftonline.com',
  'graph.microsoft.com',
  ...['blob', 'queue', 'table', 'file', 'dfs', 'web'].map((part) => `*.${part}.core.windows.net`),
  '*.vault.azure.net',
  '*.azurecr.io',
  '*.azurewebsites.net',
  '*.scm.azurewebsites.net',
];

export interface Certificates {
  /** PEM of the throw-away authority, and a file with it and all authorities that Node trusts. */
  readonly authority: string;
  readonly bundle: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes an authority that nobody else trusts and one certificate for all of Azure's hosts, by openssl. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const file = (name: string) => join(directory, name);
  const subject = (name: string) => ['-nodes', '-newkey', 'rsa:2048', '-subj', `/CN=${name}`];
  await run('openssl', [
    'req',
    '-x509',
    ...subject('rehearsal'),
    '-days',
    '2',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  ]);
  await run('openssl', ['req', ...subject('Azure'), '-keyout', file('host.key'), '-out', file('host.csr')]);
  await writeFile(file('names'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')},IP:127.0.0.1\n`);
  const signed = [
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    file('names'),
  ];
  await run('openssl', ['x509', '-req', '-in', file('host.csr'), ...signed, '-out', file('host.pem')]);
  const [authority, certificate, key] = await Promise.all(
    ['ca.pem', 'host.pem', 'host.key'].map((name) => readFile(file(name), 'utf8')),
  );
  await writeFile(file('bundle.pem'), [authority, ...rootCertificates].join('\n'));
  return { authority: authority!, bundle: file('bundle.pem'), certificate: certificate!, key: key! };
}
