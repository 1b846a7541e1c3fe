/** The chance, at most, that a replica is left out. */
const risk = 0.001;
/** However many replicas there are. */
const most = 200;

/**
 * How many calls reach every one of `replicas`, with a chance of 999 in 1000, when a balancer sends each new connection to any
 * of them: the chance that some replica is left out after k calls is at most n·(1 − 1/n)^k. At most 200: 21 replicas and more
 * are covered less surely.
 */
export function callsToCover(replicas: number): number {
  if (replicas <= 1) return 1;
  return Math.min(most, Math.ceil(Math.log(risk / replicas) / Math.log(1 - 1 / replicas)));
}
