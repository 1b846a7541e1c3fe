import { Cron } from 'croner';
import { UserError } from '../service/errors.ts';

/** When a timer runs, as Azure Functions reads an NCRONTAB expression: six fields, in UTC. */
export interface Schedule {
  readonly expression: string;
  /** The first run after an instant. */
  next(after: Date): Date;
  /** The `count` runs before an instant, latest first. */
  previous(count: number, before: Date): Date[];
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const days = 'sun mon tue wed thu fri sat'.split(' ');

const fields: readonly Field[] = [
  { name: 'second', from: 0, to: 59 },
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: months },
  { name: 'day of week', from: 0, to: 6, names: days },
];

/**
 * Reads a schedule. Azure's dialect is narrower than most: `?`, `L`, `W`, `#` and weekday 7 do not exist there, and the day
 * of the month and the day of the week must both fit. An interval (`00:05:00`) works on dedicated plans alone.
 *
 * @throws UserError naming the field that Azure would refuse.
 */
export function parseSchedule(expression: string): Schedule {
  const text = expression.trim();
  const refuse = (why: string): never => {
    throw new UserError(`the schedule "${expression}" is not an NCRONTAB expression: ${why}`);
  };
  if (/^\d+(\.\d+)?(:\d+){2}$/.test(text)) {
    refuse('an interval works on a dedicated plan alone; write six fields, "0 */5 * * * *" for every five minutes');
  }
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length) {
    refuse(`it has ${parts.length} fields, expected six: second minute hour day month day-of-week`);
  }
  const pattern = fields
    .map((field, index) =>
      (parts[index] as string)
        .split(',')
        .map((item) => readItem(item, field, refuse))
        .join(','),
    )
    .join(' ');
  const cron = new Cron(pattern, { mode: '6-part', domAndDow: true, timezone: 'UTC', paused: true });
  if (!cron.nextRun()) refuse('no date fits it');
  return {
    expression: text,
    next(after) {
      const next = cron.nextRun(after);
      if (!next) throw new UserError(`the schedule "${expression}" has no run after ${after.toISOString()}`);
      return next;
    },
    previous: (count, before) => cron.previousRuns(count, before),
  };
}

/** One element of a field: `*`, `5`, `1-5`, `MON`, each with an optional `/step`. Numbers come back, names resolved. */
function readItem(item: string, field: Field, refuse: (why: string) => never): string {
  const names = field.names ? ` or ${`${field.names[0]}-${field.names.at(-1)}`.toUpperCase()}` : '';
  const wrong = () =>
    refuse(`${field.name} "${item}", expected ${field.from}-${field.to}${names}, "*", a range or a step`);
  const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item);
  if (!match) return wrong();
  const [, all, first, last, step] = match;
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.to)) return wrong();
  const suffix = step === undefined ? '' : `/${step}`;
  if (all) return `*${suffix}`;
  const from = readValue(first as string, field) ?? wrong();
  if (last === undefined) return step === undefined ? String(from) : `${from}-${field.to}${suffix}`;
  const to = readValue(last, field) ?? wrong();
  return from <= to ? `${from}-${to}${suffix}` : wrong();
}

function readValue(text: string, { from, to, names }: Field): number | undefined {
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    return value >= from && value <= to ? value : undefined;
  }
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  return index < 0 ? undefined : index + from;
}
