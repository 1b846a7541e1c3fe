import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Left out of the message when it fails: what must not be printed. */
  readonly secret?: boolean;
}

/** What a program prints. @throws with the end of what it printed when it fails */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { env = process.env, input, secret = false } = options;
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [, stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  const code = child.exitCode;
  if (code === 0) return stdout.trim();
  const said = secret ? '' : `\n${`${stdout}${stderr}`.trim().split('\n').slice(-30).join('\n')}`;
  throw new Error(`${program} ${secret ? '' : args.join(' ').slice(0, 300)} failed (${code})${said}`);
}

/** Whether a program runs and succeeds. */
export async function succeeds(program: string, args: readonly string[], env = process.env): Promise<boolean> {
  return run(program, args, { env }).then(
    () => true,
    () => false,
  );
}
