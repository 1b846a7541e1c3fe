import type { ColumnRule, RowRules } from './rules.ts';

/** The columns of some rows, in the order in which jsonlite makes them: of first appearance. */
export class Layout {
  readonly names: string[] = [];
  /** The names as they are usually written: in quotes, without escapes. */
  readonly keys: Buffer[] = [];
  readonly rules: ColumnRule[] = [];
  readonly required: boolean[] = [];
  /** How long its names are, all together. */
  length = 0;
  readonly #places = new Map<string, number>();
  readonly #rowRules: RowRules;
  readonly #signatures = new Map<string, Signature>();
  #last: Signature | undefined;

  constructor(rowRules: RowRules) {
    this.#rowRules = rowRules;
  }

  /** Where a column stands; undefined when there is none of this name. */
  place(name: string): number | undefined {
    return this.#places.get(name);
  }

  /** Adds a column behind the others. */
  add(name: string): void {
    this.#places.set(name, this.names.length);
    this.names.push(name);
    this.length += name.length;
    this.keys.push(Buffer.from(JSON.stringify(name)));
    this.rules.push(this.#rowRules.column(name));
    this.required.push(this.#rowRules.required.has(name));
  }

  /** A new layout of the first columns of this one. */
  first(columns: number): Layout {
    const copy = new Layout(this.#rowRules);
    for (const name of this.names.slice(0, columns)) copy.add(name);
    return copy;
  }

  /** The one object that stands for these columns with these types. `types` holds a character code for each column. */
  signature(types: readonly number[]): Signature {
    if (this.#last?.matches(types)) return this.#last;
    const letters = String.fromCharCode(...types);
    let signature = this.#signatures.get(letters);
    if (signature === undefined) {
      if (this.#signatures.size >= MOST_SIGNATURES) this.#signatures.clear();
      signature = new Signature(this, letters);
      this.#signatures.set(letters, signature);
    }
    this.#last = signature;
    return signature;
  }
}

const MOST_SIGNATURES = 256;
let signatures = 0;

/** The columns of some rows and the type that jsonlite gives to each. Rows of one signature may stand in one table. */
export class Signature {
  readonly layout: Layout;
  /** One letter a column (kinds.ts), and `n` where integers and decimals mix. */
  readonly types: string;
  /** Never given twice in the life of the process. */
  readonly id = ++signatures;

  constructor(layout: Layout, types: string) {
    this.layout = layout;
    this.types = types;
  }

  matches(types: readonly number[]): boolean {
    for (let i = 0; i < this.types.length; i++) if (this.types.charCodeAt(i) !== types[i]) return false;
    return true;
  }
}

/** Remembers layouts, so that equal ones are one object; forgets all when there are too many. */
export class Layouts {
  readonly #known = new Map<string, Layout>();

  intern(layout: Layout): Layout {
    const text = JSON.stringify(layout.names);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_LAYOUTS) this.#known.clear();
    this.#known.set(text, layout);
    return layout;
  }
}

const MOST_LAYOUTS = 64;
