import { ExpressionError } from '../errors.ts';
import type { Syntax } from '../syntax.ts';
import type { NetType } from '../type.ts';
import type { Bound, Frame } from './bound.ts';
import { allAssigned, type Unassigned } from './flow.ts';

/** The expression that is being compiled, and what was learnt about it on the way. */
export class Unit {
  readonly document: string;
  readonly line: number;
  readsRequestBody = false;
  /** `context.Response` and some response's `Body` both occur: the compiler does not follow which is which. */
  usesResponse = false;
  usesResponseBody = false;
  unassigned: Unassigned = allAssigned;

  constructor(document: string, line: number) {
    this.document = document;
    this.line = line;
  }

  fail(node: Syntax, message: string): never {
    throw new ExpressionError(this.document, this.line + node.line, message);
  }
}

export interface Local {
  readonly name: string;
  readonly type: NetType;
  readonly slot: number;
  readonly body: FunctionBody;
  readonly isReadOnly: boolean;
  /** Set on a local function: how it may be called. */
  readonly signature?: LocalSignature;
}

export interface LocalSignature {
  readonly parameters: readonly { name: string; type: NetType; fallback?: { value: unknown } }[];
  readonly returns: NetType;
}

/** The expression itself, a lambda or a local function: what shares a Frame. */
export class FunctionBody {
  readonly parent: FunctionBody | undefined;
  /** Undefined while the return type of a lambda is still to be found. */
  readonly returns: NetType | undefined;
  readonly returned: Bound[] = [];
  /** Variables of the surrounding bodies, by the slots that they have there and here. */
  readonly captures: { readonly outer: number; readonly inner: number }[] = [];
  #captured = new Map<Local, number>();
  size = 0;

  constructor(parent: FunctionBody | undefined, returns: NetType | undefined) {
    this.parent = parent;
    this.returns = returns;
  }

  slotOf(local: Local): number {
    if (local.body === this) return local.slot;
    let inner = this.#captured.get(local);
    if (inner === undefined) {
      if (!this.parent) throw new Error(`${local.name} is out of scope`);
      const outer = this.parent.slotOf(local);
      inner = this.size++;
      this.captures.push({ outer, inner });
      this.#captured.set(local, inner);
    }
    return inner;
  }
}

interface DeclareOptions {
  readonly signature?: LocalSignature;
  readonly isReadOnly?: boolean;
  /** For names of our own, which nested blocks use again. */
  readonly mayHide?: boolean;
}

/** What the statements around a place allow there. */
export interface Context {
  /** Undefined outside `checked` and `unchecked`: there constants may not overflow, and all else may. */
  readonly isChecked: boolean | undefined;
  readonly inLoop: boolean;
  readonly inCatch: boolean;
  /** The loop or switch that `break` leaves; it learns from where, and what has no value there. */
  readonly breakTarget: { readonly ends: Unassigned[] } | undefined;
}

/** The names that are visible at one place. */
export class Scope {
  readonly unit: Unit;
  readonly body: FunctionBody;
  readonly parent: Scope | undefined;
  readonly context: Context;
  /** Variables whose cells are made anew each time the block is entered. */
  readonly slots: number[] = [];
  /** What is to be done each time the block is entered, once the variables are there. */
  readonly starts: ((frame: Frame) => void)[] = [];
  readonly #names = new Map<string, Local>();

  constructor(unit: Unit, body: FunctionBody, parent?: Scope, context?: Partial<Context>) {
    this.unit = unit;
    this.body = body;
    this.parent = parent;
    const inherited = parent?.context ?? {
      isChecked: undefined,
      inLoop: false,
      inCatch: false,
      breakTarget: undefined,
    };
    this.context = { ...inherited, ...context };
  }

  block(context?: Partial<Context>): Scope {
    return new Scope(this.unit, this.body, this, context);
  }

  /** The scope of a lambda's or local function's body. */
  function(returns: NetType | undefined): Scope {
    const outside = { inLoop: false, inCatch: false, breakTarget: undefined };
    return new Scope(this.unit, new FunctionBody(this.body, returns), this, outside);
  }

  declare(node: Syntax, name: string, type: NetType, more: DeclareOptions = {}): Local {
    if (!more.mayHide && this.lookup(name)) {
      this.unit.fail(node, `a variable named '${name}' is already defined here`);
    }
    const { isReadOnly = false, signature } = more;
    const local: Local = {
      name,
      type,
      slot: this.body.size++,
      body: this.body,
      isReadOnly,
      ...(signature && { signature }),
    };
    this.slots.push(local.slot);
    this.#names.set(name, local);
    return local;
  }

  lookup(name: string): Local | undefined {
    return this.#names.get(name) ?? this.parent?.lookup(name);
  }

  /** A second name for a variable of an outer scope. */
  alias(name: string, local: Local): void {
    this.#names.set(name, local);
  }

  /** Gives the variables of this scope new cells and makes its local functions. */
  enter(frame: Frame): void {
    for (const slot of this.slots) frame.cells[slot] = { v: undefined };
    for (const start of this.starts) start(frame);
  }

  /** Wraps what runs in this scope so that its variables start afresh. Call it when the scope is complete. */
  entering<T>(run: (frame: Frame) => T): (frame: Frame) => T {
    if (this.slots.length === 0) return run;
    return (frame) => {
      this.enter(frame);
      return run(frame);
    };
  }

  fail(node: Syntax, message: string): never {
    return this.unit.fail(node, message);
  }
}
