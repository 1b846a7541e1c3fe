import test from 'ava';
import { parseSchedule } from '../../functions/schedule.ts';

const newYear = new Date('2026-01-01T00:00:00Z');
const next = (expression: string) => parseSchedule(expression).next(newYear).toISOString();

test('every five minutes, on weekdays, by name', (t) => {
  t.is(next('0 */5 * * * *'), '2026-01-01T00:05:00.000Z');
  t.is(next('0 0 9 * * 1-5'), '2026-01-01T09:00:00.000Z');
  t.is(next('0 0 9 * * MON,tue'), '2026-01-05T09:00:00.000Z');
  t.is(next('0 0 9 * Feb *'), '2026-02-01T09:00:00.000Z');
  t.is(next('  15  30 9-17/4 * * *'), '2026-01-01T09:30:15.000Z');
});

test('the day of the month and the day of the week must both fit, as in Azure', (t) => {
  t.is(next('0 0 9 1 * 1'), '2026-06-01T09:00:00.000Z');
});

test('a step after a number runs from there to the end of the field', (t) => {
  const schedule = parseSchedule('0 50/5 * * * *');
  t.is(schedule.next(newYear).toISOString(), '2026-01-01T00:50:00.000Z');
  t.is(schedule.next(new Date('2026-01-01T00:55:00Z')).toISOString(), '2026-01-01T01:50:00.000Z');
});

test('earlier runs come latest first', (t) => {
  const runs = parseSchedule('0 */5 * * * *').previous(2, new Date('2026-01-01T00:07:00Z'));
  t.deepEqual(
    runs.map((run) => run.toISOString()),
    ['2026-01-01T00:05:00.000Z', '2026-01-01T00:00:00.000Z'],
  );
});

const refused: Record<string, RegExp> = {
  '0 0 9 ? * *': /day "\?"/,
  '0 0 9 L * *': /day "L"/,
  '0 0 9 15W * *': /day "15W"/,
  '0 0 9 * * 7': /day of week "7", expected 0-6 or SUN-SAT/,
  '0 0 9 * * 1#2': /day of week "1#2"/,
  '0 0 9 * * 1-7': /day of week "1-7"/,
  '0 60 * * * *': /minute "60", expected 0-59/,
  '0 */0 * * * *': /minute "\*\/0"/,
  '0 0 24 * * *': /hour "24"/,
  '0 0 0 0 * *': /day "0"/,
  '* * * * *': /5 fields, expected six/,
  '@hourly': /1 fields, expected six/,
  '0 0 9 10-5 * *': /day "10-5"/,
  '0 0 0 31 2 *': /no date fits/,
  '00:05:00': /dedicated plan/,
};

for (const [expression, message] of Object.entries(refused)) {
  test(`"${expression}" is refused, as Azure does or can't run it`, (t) => {
    t.throws(() => parseSchedule(expression), { name: 'UserError', message });
  });
}
