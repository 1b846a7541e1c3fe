import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Learns on stdin which process groups there are (`+ 123`, `- 123`). At end-of-file, when the server has died without
 * saying `done`, it kills them all and removes the run directory. Shell, since it must outlive us and cost nothing.
 */
const script = `
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
    done) exit 0 ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
rm -rf -- "$1"
`;

/**
 * A process of its own that ends what we have started when we are killed with SIGKILL and can't. R processes alone do
 * not notice: a forked worker outlives its parent, and one that computes reads nothing.
 */
export class Watchdog {
  readonly #process: ChildProcess;

  /** @param directory the run directory, removed with everything in it when we die */
  constructor(directory: string) {
    this.#process = spawn('/bin/sh', ['-c', script, 'penstock-watchdog', directory], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    // If it is gone, the R host still sees the end of its own stdin.
    this.#process.on('error', () => undefined);
    this.#process.stdin?.on('error', () => undefined);
  }

  guard(group: number): void {
    this.#process.stdin?.write(`+ ${group}\n`);
  }

  /** The group has ended: its number may soon belong to somebody else. */
  forget(group: number): void {
    this.#process.stdin?.write(`- ${group}\n`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin?.end('done\n');
    await exited;
  }
}
