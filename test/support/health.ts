import type { DoorCheck, DoorResult } from '../../functions/front-door.ts';
import type { Health } from '../../functions/health.ts';
import type { Point, Series } from '../../functions/history.ts';
import type { ProbeResult } from '../../functions/probe.ts';
import type { AgedReport } from '../../releases/replicas.ts';

const at = '2026-03-01T12:03:07.000Z';
const warmedAt = '2026-03-01T12:00:00.000Z';
const minute = 60_000;
const [boston, diabetes, older] = ['boston-housing@3f9a0c21b7de', 'diabetes@77aa0c21b7de', 'diabetes@11bb0c21b7de'];
const wrong = 'wrong answer: $[0] is 24.1, expected 21.3 ± 0.000001';
const stuck = `1 of 2 replicas serve it: diabetes-5c9-x2 still serves ${older} (since 2026-02-28T09:00:00.000Z)`;

const probe = (name: string, latency: number, reason?: string): ProbeResult => ({
  ...{ probe: name, at, ok: reason === undefined, status: 200, latency, attempts: 1, trace: '', span: '' },
  ...(reason !== undefined && { reason, attempts: 2 }),
});

const refused = (check: DoorCheck): DoorResult => ({
  check,
  at,
  ok: true,
  open: false,
  status: 401,
  latency: 2,
  trace: '',
});

const replica = (pod: string, release: string, age: number): AgedReport => ({
  ...{ service: release.split('@')[0]!, pod, release, state: 'serving', since: warmedAt, updatedAt: at, age },
});

/** Two services: one that is well, and one of which a probe fails and a replica is stuck. */
export function exampleHealth(): Health {
  return {
    status: 'failing',
    at,
    problems: [`diabetes (${diabetes}): probe ten-rows failed: ${wrong}`],
    warnings: [`diabetes: the warm-up of ${warmedAt} failed: ${stuck}`],
    certificate: { validTo: '2026-06-01T00:00:00.000Z', daysLeft: 91 },
    channels: [
      {
        channel: 'boston-housing',
        probes: {
          ...{ channel: 'boston-housing', service: 'boston-housing', release: boston, at, ok: true },
          probes: [probe('first-ten', 31), probe('one-row', 12)],
          door: [refused('no-key'), refused('wrong-key'), refused('oversized-body')],
        },
        warmUp: {
          ...{ channel: 'boston-housing', service: 'boston-housing', release: boston, at: warmedAt, ok: true },
          ...{ files: 9, bytes: 5_242_880, duration: 1_834 },
          fleet: { serving: ['a', 'b', 'c'], stuck: [], gone: [] },
          calls: [{ probe: 'first-ten', sent: 21, first: 40, median: 31, others: 0 }],
        },
        replicas: ['abcde', 'fghij', 'klmno'].map((end, index) =>
          replica(`boston-housing-6f8d-${end}`, boston, 4_000 + index * 9_000),
        ),
      },
      {
        channel: 'diabetes',
        probes: {
          ...{ channel: 'diabetes', service: 'diabetes', release: diabetes, at, ok: false },
          probes: [probe('ten-rows', 18, wrong)],
          door: [refused('no-key'), refused('wrong-key')],
        },
        warmUp: {
          ...{ channel: 'diabetes', service: 'diabetes', release: diabetes, at: warmedAt, ok: false, reason: stuck },
          ...{ files: 4, bytes: 524_288, duration: 241_834 },
          fleet: { serving: ['diabetes-5c9-x1'], stuck: [{ pod: 'diabetes-5c9-x2', why: '' }], gone: [] },
          calls: [{ probe: 'ten-rows', sent: 2, first: 20, median: 18, others: 1 }],
        },
        replicas: [
          replica('diabetes-5c9-x1', diabetes, 11_000),
          replica('diabetes-5c9-x2', older, 21_000),
          replica('diabetes-4b1-zz', older, 900_000),
        ],
      },
    ],
  };
}

/** A day of results: an hour is missing, and the probe that fails did so for a while. */
export function exampleSeries(): Series[] {
  const course = (typical: number, fails: boolean): Point[] =>
    Array.from({ length: 1_440 }, (_, index): Point => {
      const isBad = fails && index > 1_100 && index < 1_120;
      const swing = Math.sin(index / 90) * 6 + Math.sin(index / 7) * 3 + ((index * 7_919) % 13);
      return {
        at: Date.parse(at) - (1_440 - index) * minute,
        ok: !isBad,
        latency: typical + swing + (isBad ? 60 : 0),
      };
    }).filter((_, index) => index < 300 || index > 360);
  return [
    { channel: 'boston-housing', probe: 'first-ten', points: course(30, false) },
    { channel: 'boston-housing', probe: 'one-row', points: course(12, false) },
    { channel: 'diabetes', probe: 'ten-rows', points: course(18, true) },
  ];
}
