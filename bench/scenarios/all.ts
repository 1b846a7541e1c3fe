import type { Scenario } from '../bench.ts';
import { bare } from './bare.ts';
import { empty } from './empty.ts';
import { functions } from './functions.ts';
import { largeCall } from './large-call.ts';
import { memory } from './memory.ts';
import { penstock, unbatched } from './penstock.ts';
import { pool } from './pool.ts';
import { prCall } from './pr-call.ts';
import { promotion } from './promotion.ts';
import { rawPredict } from './raw-predict.ts';
import { start } from './start.ts';
import { swap } from './swap.ts';
import { synth } from './synth.ts';

/** In the order in which they run and are reported. */
export const scenarios: readonly Scenario[] = [
  bare,
  pool,
  unbatched,
  penstock,
  empty,
  rawPredict,
  prCall,
  memory,
  largeCall,
  start,
  swap,
  promotion,
  functions,
  synth,
];
