import type { Metric } from 'prom-client';

type Labels = Readonly<Record<string, string | number>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/**
 * A metric whose series cost an addition on the hot path: prom-client's own hash their labels at every call. Its
 * registry reads these when it is asked for the text.
 */
abstract class Tally<Series> {
  readonly name: string;
  readonly help: string;
  readonly aggregator = 'sum';
  abstract readonly type: 'counter' | 'histogram';

  readonly #series = new Map<string, { readonly labels: Labels; readonly series: Series }>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  /** The series of these labels. Ask for it once and keep it. */
  with(labels: Labels): Series {
    const key = Object.values(labels).join('\n');
    let known = this.#series.get(key);
    if (known === undefined) this.#series.set(key, (known = { labels, series: this.create() }));
    return known.series;
  }

  protected abstract create(): Series;
  protected abstract samplesOf(series: Series, labels: Labels): Sample[];

  /** What prom-client's registry asks of a metric. */
  get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    const values = [...this.#series.values()].flatMap(({ series, labels }) => this.samplesOf(series, labels));
    return Promise.resolve({ name, help, type, aggregator, values });
  }

  /** For prom-client's typed `registerMetric`. */
  asMetric(): Metric {
    return this as unknown as Metric;
  }
}

/** One labelled series of a counter. */
export class Count {
  value = 0;
}

export class CounterTally extends Tally<Count> {
  readonly type = 'counter';

  protected create(): Count {
    return new Count();
  }

  protected samplesOf(count: Count, labels: Labels): Sample[] {
    return [{ labels, value: count.value }];
  }
}

/** One labelled series of a histogram. */
export class Distribution {
  readonly bounds: readonly number[];
  /** How many values fell into each bucket and no lower one; the last is above all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] as number)) bucket++;
    (this.counts[bucket] as number)++;
    this.sum += value;
  }
}

export class HistogramTally extends Tally<Distribution> {
  readonly type = 'histogram';
  readonly #bounds: readonly number[];

  /** @param bounds upper bounds of the buckets, ascending */
  constructor(name: string, help: string, bounds: readonly number[]) {
    super(name, help);
    this.#bounds = bounds;
  }

  protected create(): Distribution {
    return new Distribution(this.#bounds);
  }

  protected samplesOf({ bounds, counts, sum }: Distribution, labels: Labels): Sample[] {
    let total = 0;
    const buckets = counts.map((count, bucket) => ({
      metricName: `${this.name}_bucket`,
      labels: { ...labels, le: bounds[bucket] ?? '+Inf' },
      value: (total += count),
    }));
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: total },
    ];
  }
}
