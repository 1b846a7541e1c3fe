/** How many calls are inside limit-concurrency at this moment, by key. */
export class Concurrency {
  readonly #inside = new Map<string, number>();

  /** False when `max` are inside already. Whoever enters leaves. */
  enter(key: string, max: number): boolean {
    const inside = this.#inside.get(key) ?? 0;
    if (inside >= max) return false;
    this.#inside.set(key, inside + 1);
    return true;
  }

  leave(key: string): void {
    const inside = this.#inside.get(key)! - 1;
    if (inside === 0) this.#inside.delete(key);
    else this.#inside.set(key, inside);
  }
}
