/**
 * The headers of one message: an ordered multi-map whose names compare without case. Spelling, order and repetition of
 * what came in are kept, so that what no policy touches goes out as it came (two `Set-Cookie` lines stay two).
 */
export class Headers implements Iterable<readonly [name: string, value: string]> {
  readonly #flat: string[];
  /** The names in lower case, one for each pair; computed when a policy first asks, since most requests never do. */
  #lower: string[] | undefined;

  /** `flat` alternates names and values, as node's `rawHeaders` do. The array is the object's own from now on. */
  constructor(flat: string[] = []) {
    this.#flat = flat;
  }

  /** Names and values in turn, as node and undici take them. Not to be changed. */
  get flat(): readonly string[] {
    return this.#flat;
  }

  has(name: string): boolean {
    return this.#index().includes(name.toLowerCase());
  }

  /** All values of a header in their order; an empty list when there is none. */
  values(name: string): string[] {
    const wanted = name.toLowerCase();
    const found: string[] = [];
    const lower = this.#index();
    for (let i = 0; i < lower.length; i++) if (lower[i] === wanted) found.push(this.#flat[2 * i + 1]!);
    return found;
  }

  /** The values joined by commas, as the policy expressions' `GetValueOrDefault` sees them; undefined when absent. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    const lower = this.#index();
    let joined: string | undefined;
    for (let i = 0; i < lower.length; i++) {
      if (lower[i] !== wanted) continue;
      const value = this.#flat[2 * i + 1]!;
      joined = joined === undefined ? value : `${joined},${value}`;
    }
    return joined;
  }

  /** Replaces every value of the header, at the place of its first line; a new header goes to the end. */
  set(name: string, ...values: string[]): void {
    const wanted = name.toLowerCase();
    const at = this.#index().indexOf(wanted);
    if (at === -1) {
      this.append(name, ...values);
      return;
    }
    const lines = values.flatMap((value) => [name, value]);
    const tail = new Headers(this.#flat.slice(2 * at + 2));
    tail.delete(name);
    this.#flat.splice(2 * at, this.#flat.length, ...lines, ...tail.flat);
    this.#lower = undefined;
  }

  append(name: string, ...values: string[]): void {
    for (const value of values) {
      this.#flat.push(name, value);
      this.#lower?.push(name.toLowerCase());
    }
  }

  delete(name: string): void {
    const wanted = name.toLowerCase();
    const lower = this.#index();
    for (let i = lower.length - 1; i >= 0; i--) {
      if (lower[i] !== wanted) continue;
      this.#flat.splice(2 * i, 2);
      lower.splice(i, 1);
    }
  }

  /** The names, each once, spelt as first seen. */
  names(): string[] {
    const lower = this.#index();
    return lower.flatMap((name, i) => (lower.indexOf(name) === i ? [this.#flat[2 * i]!] : []));
  }

  clone(): Headers {
    return new Headers([...this.#flat]);
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    for (let i = 0; i < this.#flat.length; i += 2) yield [this.#flat[i]!, this.#flat[i + 1]!];
  }

  #index(): string[] {
    if (this.#lower) return this.#lower;
    const lower: string[] = [];
    for (let i = 0; i < this.#flat.length; i += 2) lower.push(this.#flat[i]!.toLowerCase());
    return (this.#lower = lower);
  }
}
