import { type Scenario, Skip } from '../bench.ts';

/** What promoting a release costs those who call meanwhile: the latencies of a steady load, with swaps and without. */
export const swap: Scenario = {
  name: 'swap',
  title: 'what a swap costs the callers',
  run: () => Promise.reject(new Skip('the scoring server does not follow a channel yet')),
};
