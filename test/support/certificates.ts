import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scope } from './server.ts';

const openssl = promisify(execFile);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** A certificate and its key: PEM files, and what is in them. */
export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Subject {
  /** The common name. */
  readonly name: string;
  /** `DNS:a.example,URI:spiffe://b`. */
  readonly alternatives?: string;
}

/** Makes certificates with openssl, in a folder that goes with the test. */
export class Certificates {
  readonly directory: string;
  #made = 0;

  static async in(t: Scope): Promise<Certificates> {
    const directory = await mkdtemp(join(tmpdir(), 'penstock-test-'));
    t.teardown(() => rm(directory, { recursive: true, force: true }));
    return new Certificates(directory);
  }

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** One that vouches for itself, and may for others. */
  async selfSigned({ name, alternatives }: Subject): Promise<Pair> {
    const { certFile, keyFile } = this.#files();
    const more = alternatives === undefined ? [] : ['-addext', `subjectAltName=${alternatives}`];
    await openssl('openssl', [
      ...['req', '-x509', ...newKey, '-subj', `/CN=${name}`, ...more],
      ...['-keyout', keyFile, '-out', certFile],
    ]);
    return read(certFile, keyFile);
  }

  /** One that vouches for itself, and ended years ago. */
  async expired({ name, alternatives }: Subject): Promise<Pair> {
    const { certFile, keyFile } = this.#files();
    const [request, config, database] = [`${keyFile}.csr`, `${keyFile}.cnf`, `${keyFile}.txt`];
    await openssl('openssl', ['req', ...newKey, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request]);
    await writeFile(database, '');
    const own = [`database=${database}`, 'default_md=sha256', 'policy=any', 'rand_serial=yes', 'x509_extensions=names'];
    const names = alternatives === undefined ? '' : `subjectAltName=${alternatives}\n`;
    const rest = `[any]\ncommonName=supplied\n[names]\n${names}`;
    await writeFile(config, `[ca]\ndefault_ca=own\n[own]\n${own.join('\n')}\nnew_certs_dir=${this.directory}\n${rest}`);
    await openssl('openssl', [
      ...['ca', '-batch', '-selfsign', '-notext', '-config', config, '-keyfile', keyFile, '-in', request],
      ...['-startdate', '20200101000000Z', '-enddate', '20200201000000Z', '-out', certFile],
    ]);
    return read(certFile, keyFile);
  }

  async issued(by: Pair, { name, alternatives }: Subject): Promise<Pair> {
    const { certFile, keyFile } = this.#files();
    const [request, extensions] = [`${keyFile}.csr`, `${keyFile}.ext`];
    await openssl('openssl', ['req', ...newKey, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request]);
    const names = alternatives === undefined ? '' : `subjectAltName=${alternatives}\n`;
    // Tells issuers of the same name apart, as every real one does.
    await writeFile(extensions, `authorityKeyIdentifier=keyid:always\n${names}`);
    await openssl('openssl', [
      ...['x509', '-req', '-days', '2', '-in', request, '-CA', by.certFile, '-CAkey', by.keyFile],
      ...['-extfile', extensions, '-out', certFile],
    ]);
    return read(certFile, keyFile);
  }

  #files(): { certFile: string; keyFile: string } {
    const base = join(this.directory, String((this.#made += 1)));
    return { certFile: `${base}.crt`, keyFile: `${base}.key` };
  }
}

async function read(certFile: string, keyFile: string): Promise<Pair> {
  return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
}
