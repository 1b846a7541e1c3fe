import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startAzurite as start } from '../../cli/stack/azurite.ts';

export interface Azurite {
  /** The account's blob endpoint: `http://127.0.0.1:PORT/devstoreaccount1`. */
  readonly blobUrl: string;
  /** The account's queue endpoint. */
  readonly queueUrl: string;
  /** The URL of the store's releases container, as `--store` takes it; nothing is in it, not even the container. */
  readonly storeUrl: string;
  /** The certificate to trust, as PEM text, when it serves HTTPS. */
  readonly ca: string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts a real Azurite of its own, empty, on free ports of the loopback. With `https` it takes Entra ID tokens too
 * (`--oauth basic`: issuer, audience and times are checked, signatures are not).
 */
export async function startAzurite({ https = false }: { https?: boolean } = {}): Promise<Azurite> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-azurite-'));
  const tls = https ? await certificate(directory) : undefined;
  const azurite = await start({ directory, inMemory: true, ...(tls && { https: tls }) });
  return {
    blobUrl: azurite.blobUrl,
    queueUrl: azurite.queueUrl,
    storeUrl: `${azurite.blobUrl}/releases`,
    ca: tls && (await readFile(tls.cert, 'utf8')),
    async stop() {
      await azurite.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function certificate(directory: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...[
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:*.blob.core.windows.net',
      '-keyout',
      key,
      '-out',
      cert,
    ],
  ]);
  return { cert, key };
}
