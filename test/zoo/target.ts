/** A running API that requests are replayed on: bare Plumber or Penstock. */
export interface Target {
  /** As messages name it: `bare Plumber`, `Penstock, 3 workers`. */
  readonly name: string;
  readonly port: number;
  /** R processes that answer; with more than one, state kept with `<<-` is not shared. */
  readonly workers: number;
  /** What the target has printed so far. */
  log(): string;
  stop(): Promise<void>;
}
