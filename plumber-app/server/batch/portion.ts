import type { Milliseconds } from '../../../service/units.ts';
import type { CostModel } from './cost.ts';

/** What bounds a merged call. */
export interface Bounds {
  readonly maxRows: number;
  /** How long a call may take; undefined: as long as it takes. */
  readonly timeout: Milliseconds | undefined;
  readonly cost: CostModel;
  /** Workers that are idle now, at least one. */
  readonly idle: number;
  /** The rows that R works on now, for requests of the same route, and in how many calls. */
  readonly atWork: { readonly rows: number; readonly calls: number };
}

/** A merged call is meant to take no more than this share of the timeout. */
const SHARE_OF_TIMEOUT = 1 / 5;
/** Once the rows cost so many times what the call itself costs, more of them save nothing but make all wait. */
const WORTHWHILE = 16;
/** So few rows may always merge, if there is time for them, so that what they cost gets known. */
const FEW_ROWS = 4;

/**
 * How many of the requests that wait, in their order, one idle worker takes now: at least the first, and as many as
 * fit. Where the rows and not the call cost the time, it leaves a fair share to the other idle workers.
 *
 * @param rows the numbers of rows of the requests that may merge, the longest waiting first; read no further than needed.
 */
export function portion(rows: Iterable<number>, { maxRows, timeout, cost, idle, atWork }: Bounds): number {
  const most = Math.max(1, Math.floor(Math.min(maxRows, inTime(cost, timeout), Math.max(FEW_ROWS, worthwhile(cost)))));
  const waiting: number[] = [];
  let total = 0;
  for (const count of rows) {
    waiting.push(count);
    total += count;
    if (total >= most * (idle + atWork.calls)) break;
  }
  const fair = Math.min(most, Math.ceil(total / sharers(total, cost, idle)), evenShare(total, idle, atWork));
  let taken = 1;
  let sum = waiting[0] ?? 0;
  while (taken < waiting.length && sum + waiting[taken]! <= fair) sum += waiting[taken++]!;
  return taken;
}

function worthwhile(cost: CostModel): number {
  if (!cost.isKnown || cost.fixed === 0) return Infinity;
  return cost.perRow === 0 ? Infinity : (WORTHWHILE * cost.fixed) / cost.perRow;
}

function inTime(cost: CostModel, timeout: Milliseconds | undefined): number {
  return timeout === undefined || !cost.isKnown ? Infinity : cost.rowsWithin(timeout * SHARE_OF_TIMEOUT);
}

/** Among how many workers so many rows are divided, for each to have at least as much work as the call itself costs. */
function sharers(rows: number, cost: CostModel, idle: number): number {
  if (!cost.isKnown || cost.fixed === 0) return idle;
  return Math.max(1, Math.min(idle, Math.round((cost.perRow * rows) / cost.fixed)));
}

/**
 * While other workers are at it, none takes more than its share of all that is under way. Callers come back when they are
 * answered: of one call of nearly all of them, they would all come back at once, and R would wait while the server reads
 * their requests, and the server while R works.
 */
function evenShare(waiting: number, idle: number, { rows, calls }: Bounds['atWork']): number {
  return calls === 0 ? Infinity : Math.ceil((waiting + rows) / (calls + idle));
}
