import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../service/errors.ts';

/** A blob and queue store on this machine: Azurite, the emulator that Microsoft maintains. */
export interface Azurite {
  /** The development account's blob endpoint: `http://127.0.0.1:PORT/devstoreaccount1`. */
  readonly blobUrl: string;
  /** The development account's queue endpoint. */
  readonly queueUrl: string;
  /** Settles when the process has ended, with a message that holds its last lines. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface AzuriteOptions {
  /** Where the blobs are kept, and what it finds there again. */
  readonly directory: string;
  /** Keep everything in memory instead, and nothing when it stops. */
  readonly inMemory?: boolean;
  /** Where its output goes; nowhere when absent. */
  readonly logFile?: string;
  /** Serve HTTPS with this certificate, and take Entra ID tokens as `--oauth basic` does. */
  readonly https?: { readonly cert: string; readonly key: string };
}

const linesKept = 10;

/**
 * Starts Azurite on free loopback ports, and ends it when this process is gone.
 *
 * @throws UserError when it does not start, with its last lines.
 */
export async function startAzurite({ directory, inMemory, logFile, https }: AzuriteOptions): Promise<Azurite> {
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
  const endWithParent = fileURLToPath(new URL('end-with-parent.mjs', import.meta.url));
  const services = ['blob', 'queue', 'table'];
  const child = spawn(
    process.execPath,
    [
      ...['--import', endWithParent, program, '--silent', '--disableTelemetry', '--skipApiVersionCheck'],
      ...(inMemory ? ['--inMemoryPersistence'] : ['--location', directory]),
      ...services.flatMap((service) => [`--${service}Host`, '127.0.0.1', `--${service}Port`, '0']),
      ...(https ? ['--oauth', 'basic', '--cert', https.cert, '--key', https.key] : []),
    ],
    { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: { ...process.env, NODE_OPTIONS: '' } },
  );

  const last: string[] = [];
  const urls = new Map<string, string>();
  const log = logFile === undefined ? undefined : createWriteStream(logFile);
  const ended = once(child, 'close').then(() => {
    log?.end();
    return [`Azurite ended (${child.signalCode ?? `code ${child.exitCode}`})`, ...last].join('\n  ');
  });
  await new Promise<void>((resolve, reject) => {
    void ended.then((why) => reject(new UserError(why)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log?.write(`${line}\n`);
        last.push(line);
        if (last.length > linesKept) last.shift();
        const [, service, url] = /Azurite (\w+) service is successfully listening at (\S+)/.exec(line) ?? [];
        if (service !== undefined && url !== undefined) urls.set(service, `${url}/devstoreaccount1`);
        if (urls.size === services.length) resolve();
      });
    }
  });
  return {
    blobUrl: urls.get('Blob')!,
    queueUrl: urls.get('Queue')!,
    ended,
    async stop() {
      // Told to end, it may wait for ever for connections that its callers keep open. What is only in memory need not be
      // waited for: without its parent it ends at once, and still keeps what Node.js has compiled for the next start.
      if (inMemory) child.stdin.end();
      else child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(kill);
    },
  };
}
