import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

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

const program = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
/** Ends Azurite with its parent, however that ends: a pipe to a dead process is at its end. */
const endWithParent = 'data:text/javascript,process.stdin.on("end",()=>process.exit()).resume()';

/**
 * Starts a real Azurite of its own, empty, on free ports of the loopback. With `https` it takes Entra ID tokens too
 * (`--oauth basic`: issuer, audience and times are checked, signatures are not).
 */
export async function startAzurite({ https = false }: { https?: boolean } = {}): Promise<Azurite> {
  const directory = await mkdtemp(join(tmpdir(), 'penstock-azurite-'));
  const tls = https ? await certificate(directory) : undefined;
  const address = ['blob', 'queue', 'table'].flatMap((service) => [
    `--${service}Host`,
    '127.0.0.1',
    `--${service}Port`,
    '0',
  ]);
  const child = spawn(
    process.execPath,
    [
      ...['--import', endWithParent, program, ...address],
      ...['--silent', '--disableTelemetry', '--skipApiVersionCheck', '--inMemoryPersistence'],
      ...(tls === undefined ? [] : ['--oauth', 'basic', '--cert', tls.cert, '--key', tls.key]),
    ],
    { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const stop = async () => {
    kill();
    await ended;
    process.removeListener('exit', kill);
    await rm(directory, { recursive: true, force: true });
  };

  const urls = new Map<string, string>();
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    const [, service, url] = /Azurite (\w+) service is successfully listening at (\S+)/.exec(line) ?? [];
    if (service !== undefined && url !== undefined) urls.set(service, `${url}/devstoreaccount1`);
    if (urls.size === 3) break;
  }
  child.stdout.resume();
  const [blobUrl, queueUrl] = [urls.get('Blob'), urls.get('Queue')];
  if (blobUrl === undefined || queueUrl === undefined) {
    await stop();
    throw new Error(`Azurite did not start:\n${said.join('\n')}`);
  }
  return { blobUrl, queueUrl, storeUrl: `${blobUrl}/releases`, ca: tls && (await readFile(tls.cert, 'utf8')), stop };
}

async function certificate(directory: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', key, '-out', cert],
  ]);
  return { cert, key };
}
