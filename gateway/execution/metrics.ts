/** What emit-metric has sent, kept in memory: one sum for each name, namespace and set of dimensions. */
export interface Metric {
  readonly name: string;
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly count: number;
  readonly sum: number;
}

export class Metrics {
  readonly #metrics = new Map<string, Metric>();

  add({ value, ...metric }: Pick<Metric, 'name' | 'namespace' | 'dimensions'> & { value: number }): void {
    const key = JSON.stringify([metric.namespace, metric.name, Object.entries(metric.dimensions)]);
    const before = this.#metrics.get(key);
    this.#metrics.set(key, { ...metric, count: (before?.count ?? 0) + 1, sum: (before?.sum ?? 0) + value });
  }

  list(): Metric[] {
    return [...this.#metrics.values()];
  }
}
