import type { LoadGenerator } from './load.ts';
import type { Payload } from './payload.ts';

/** Figures by name. Latencies are in milliseconds, rates in requests a second unless the name says otherwise, memory in MB. */
export type Measures = Readonly<Record<string, number>>;

/** What a scenario is given. */
export interface Bench {
  /** The trained Boston service: not to be changed. */
  readonly release: string;
  readonly payload: Payload;
  readonly load: LoadGenerator;
  /** How long each load is measured. */
  readonly seconds: number;
  /** Numbers of connections that throughput is measured at. */
  readonly connections: readonly number[];
  /** Cores that workers can run on. */
  readonly cores: number;
  /** Short measurements of small models, to see that everything runs. */
  readonly quick: boolean;
  /** A new directory that is removed when the run ends. */
  scratch(): Promise<string>;
  /** Tells the person who waits what is going on. */
  say(text: string): void;
}

/** One thing that is measured. */
export interface Scenario {
  /** For `--only` and in the results. */
  readonly name: string;
  readonly title: string;
  /** @throws Skip when something it needs is absent. */
  run(bench: Bench): Promise<Measures>;
}

/** A scenario can't run here, for the reason in the message. */
export class Skip extends Error {
  override name = 'Skip';
}
