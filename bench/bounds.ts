import type { Measures } from './bench.ts';
import { p50At, rateAt } from './throughput.ts';

/** The figures of all scenarios that ran, by scenario. */
export type Results = Readonly<Record<string, Measures>>;

/** A promise about the figures of one run. */
export interface Bound {
  readonly name: string;
  /** NaN when one of its scenarios didn't run. */
  readonly value: (results: Results) => number;
  /** At least, or at most, this. */
  readonly at: 'least' | 'most';
  readonly bound: number;
  /** What we would like it to be. */
  readonly aim?: number;
}

const figure = (results: Results, scenario: string, name: string): number => results[scenario]?.[name] ?? NaN;

const ratio =
  (name: string, over: string, figureName: string, overFigure = figureName) =>
  (results: Results): number =>
    figure(results, name, figureName) / figure(results, over, overFigure);

/**
 * Every bound on two cores. As ratios within one run, since absolute figures differ from machine to machine; a synth alone,
 * which has nothing to be compared with, has an absolute one.
 */
export const bounds: readonly Bound[] = [
  {
    name: 'throughput at 256 connections: Penstock over bare plumber',
    value: ratio('penstock', 'bare', rateAt(256)),
    at: 'least',
    bound: 50,
    aim: 75,
  },
  {
    name: 'throughput at 256 connections: Penstock over the HAProxy pool',
    value: ratio('penstock', 'pool', rateAt(256)),
    at: 'least',
    bound: 20,
    aim: 30,
  },
  {
    name: 'throughput at 256 connections: Penstock over an empty node:http server',
    value: ratio('penstock', 'empty', rateAt(256)),
    at: 'least',
    bound: 0.6,
    aim: 0.8,
  },
  {
    name: 'throughput at 16 connections: Penstock over bare plumber',
    value: ratio('penstock', 'bare', rateAt(16)),
    at: 'least',
    bound: 8,
  },
  {
    name: "one caller's p50: Penstock over bare plumber",
    value: ratio('penstock', 'bare', p50At(1)),
    at: 'most',
    bound: 0.1,
  },
  {
    name: "one caller's p50: Penstock over 1.3 × pr$call + 1 ms",
    value: (results) => figure(results, 'penstock', p50At(1)) / (1.3 * figure(results, 'pr-call', 'p50') + 1),
    at: 'most',
    bound: 1,
  },
  {
    name: 'memory, model of large vectors: four workers over one',
    value: ratio('memory', 'memory', 'vectors, penstock ×4', 'vectors, penstock ×1'),
    at: 'most',
    bound: 1.4,
  },
  {
    name: 'one call of 100,000 rows: all workers over one',
    value: ratio('large-call', 'large-call', 'all workers', 'one worker'),
    at: 'most',
    bound: 0.65,
  },
  {
    name: 'first call after a promotion, warmed up, over a steady one after a pause',
    value: ratio('promotion', 'promotion', 'first, warmed', 'steady, after a pause'),
    at: 'most',
    bound: 1.3,
  },
  {
    name: 'synthesising both environments: seconds of CPU',
    value: (results) => figure(results, 'synth', 'both environments, CPU s'),
    at: 'most',
    bound: 6,
  },
  {
    name: 'synthesising an environment: MB at the peak',
    value: (results) => figure(results, 'synth', 'peak, MB'),
    at: 'most',
    bound: 400,
  },
];

/** `met` is undefined when it wasn't measured. */
export interface Verdict {
  readonly name: string;
  readonly value: number | null;
  readonly at: 'least' | 'most';
  readonly bound: number;
  readonly aim: number | null;
  readonly met: boolean | null;
}

/** Every bound beside what this run says of it. */
export const judge = (results: Results): Verdict[] =>
  bounds.map(({ name, value, at, bound, aim }) => {
    const found = value(results);
    const measured = Number.isFinite(found);
    return {
      name,
      value: measured ? found : null,
      at,
      bound,
      aim: aim ?? null,
      met: measured ? (at === 'least' ? found >= bound : found <= bound) : null,
    };
  });
