import { pino, type Logger } from 'pino';

/** Names of levels as people read them, in one width. */
const shownLevels: Readonly<Record<number, string>> = {
  20: 'debug',
  30: '     ',
  40: 'warn ',
  50: 'error',
  60: 'fatal',
};

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly worker?: string;
  readonly err?: { readonly message: string; readonly stack?: string };
}

/** A logger for a command in the foreground: JSON lines, or lines for people that start with the time. */
export function commandLogger(json: boolean, stream: NodeJS.WritableStream, level: 'info' | 'debug' = 'info'): Logger {
  if (json) return pino({ base: undefined, level }, stream);
  return pino(
    { base: undefined, level },
    { write: (line: string) => stream.write(`${readable(JSON.parse(line) as Line)}\n`) },
  );
}

function readable({ level, time, msg = '', worker, err, ...rest }: Line): string {
  const clock = new Date(time).toTimeString().slice(0, 8);
  const from = worker === undefined ? '' : `${worker} | `;
  const fields = Object.entries(rest).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const error = err === undefined ? '' : `: ${err.message}`;
  return `${clock} ${shownLevels[level] ?? '     '} ${from}${msg}${fields.join('')}${error}`;
}
