import { get, withoutClock } from '../request.ts';

const steady = withoutClock;

/** Slow by design: the asynchronous endpoints take five seconds each. */
export const requests = [
  get('/sync', [], { steady }),
  get('/async', [], { steady }),
  get('/async-bad', [], { steady }),
  get('/sync-slow', [], { steady }),
  get('/sync-bad', [], { steady }),
];
