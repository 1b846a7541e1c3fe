import type { Milliseconds } from '../../../service/units.ts';

/** How many of the latest durations stand for calls of about the same number of rows. */
const REMEMBERED = 15;
/** After so many calls without one of its size, what is known of a size is forgotten. */
const STALE_AFTER = 300;

/** The latest calls of about the same number of rows. */
interface Size {
  readonly rows: number[];
  readonly times: Milliseconds[];
  next: number;
  seen: number;
  /** The medians of the two. */
  typicalRows: number;
  typicalTime: Milliseconds;
}

/**
 * What calls of a route cost, fitted while they run: `fixed + perRow · rows`. Calls are sorted by the power of two of
 * their rows, and the median of each sort's latest is fitted (weighted to make relative errors small), so that single
 * slow calls have no say.
 */
export class CostModel {
  readonly #sizes: (Size | undefined)[] = [];
  #calls = 0;
  #fit: { readonly fixed: Milliseconds; readonly perRow: Milliseconds } | undefined;

  /** Takes note of a call. */
  observe(rows: number, time: Milliseconds): void {
    const sort = Math.floor(Math.log2(Math.max(1, rows)));
    const size = (this.#sizes[sort] ??= { rows: [], times: [], next: 0, seen: 0, typicalRows: 0, typicalTime: 0 });
    size.rows[size.next] = Math.max(1, rows);
    size.times[size.next] = time;
    size.next = (size.next + 1) % REMEMBERED;
    size.seen = ++this.#calls;
    size.typicalRows = median(size.rows);
    size.typicalTime = median(size.times);
    this.#fit = undefined;
  }

  /** Whether anything is known yet. */
  get isKnown(): boolean {
    return this.#calls > 0;
  }

  /** What a call costs whatever its rows; 0 as long as only one size of calls is known. */
  get fixed(): Milliseconds {
    return this.#fitted().fixed;
  }

  /** What each row adds; the whole of it, as long as only one size of calls is known. */
  get perRow(): Milliseconds {
    return this.#fitted().perRow;
  }

  /** How long a call of so many rows is likely to take. */
  predict(rows: number): Milliseconds {
    const { fixed, perRow } = this.#fitted();
    return fixed + perRow * rows;
  }

  /** How many rows a call of at most this length may have, at least 0. */
  rowsWithin(time: Milliseconds): number {
    const { fixed, perRow } = this.#fitted();
    if (fixed > time) return 0;
    return perRow === 0 ? Infinity : Math.floor((time - fixed) / perRow);
  }

  #fitted(): { readonly fixed: Milliseconds; readonly perRow: Milliseconds } {
    return (this.#fit ??= fit(
      this.#sizes.filter((size) => size !== undefined && size.seen > this.#calls - STALE_AFTER) as Size[],
    ));
  }
}

/** Weighted least squares through the sizes; neither term gets negative. */
function fit(sizes: readonly Size[]): { fixed: Milliseconds; perRow: Milliseconds } {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const { typicalRows: x, typicalTime: y, times } of sizes) {
    const weight = times.length / Math.max(y, 1e-3) ** 2;
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  if (w === 0) return { fixed: 0, perRow: 0 };
  const proportional = { fixed: 0, perRow: wxy / wxx };
  if (sizes.length === 1) return proportional;
  const perRow = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const fixed = (wy - perRow * wx) / w;
  if (fixed < 0) return proportional;
  return perRow < 0 ? { fixed: wy / w, perRow: 0 } : { fixed, perRow };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
