import type { PolicyContext } from '../../context.ts';
import type { ExpressionError } from '../errors.ts';
import type { Member } from '../signature.ts';
import type { Syntax } from '../syntax.ts';
import { construct, type NetType } from '../type.ts';
import type { Unassigned } from './flow.ts';

/** A variable's place. Lambdas share it with the code around them. */
export interface Cell {
  v: unknown;
}

/** One run of a function body: its variables by slot, and what it returns. */
export interface Frame {
  readonly context: PolicyContext;
  readonly cells: Cell[];
  returned: unknown;
}

export type Run = (frame: Frame) => unknown;

/** An expression after binding: its static type, and how to get its value. */
export interface Bound {
  readonly type: NetType;
  readonly run: Run;
  readonly node: Syntax;
  /** The value where the compiler knows it. */
  readonly constant?: { readonly value: unknown };
  /** Set on a lambda: it has no type until a delegate type asks for it. */
  readonly lambda?: LambdaSource;
  /** Set on a method's name without its call. */
  readonly methods?: MethodGroup;
  /** Set on a condition whose outcome says more about which variables have a value. */
  readonly outcome?: { readonly whenTrue: Unassigned; readonly whenFalse: Unassigned };
  /** In the middle of a chain such as `a?.b.c`: its value may be SHORT, which ends the whole chain with null. */
  readonly shortable?: boolean;
}

export interface MethodGroup {
  readonly name: string;
  readonly receiver: Bound | undefined;
  /** Candidates, those of the most derived type first. */
  readonly levels: readonly (readonly Method[])[];
  readonly typeArguments: readonly NetType[];
}

/** A member with the type arguments of the type it was found on. */
export interface Method {
  readonly member: Member;
  readonly scope: ReadonlyMap<string, NetType>;
}

export interface LambdaSource {
  readonly parameterCount: number;
  /**
   * Binds the body for the given parameter types; `returns` undefined leaves the return type to be found. Undefined when
   * the body does not fit them; `problem` then says why.
   */
  bind(parameters: readonly NetType[], returns: NetType | undefined): { run: Run; returns: NetType } | undefined;
  readonly problem: ExpressionError | undefined;
}

/** What the middle of a `?.` chain gives when a receiver was null. */
export const SHORT: unique symbol = Symbol('null-conditional');

const special = (name: string) => construct({ name, kind: 'special' });

/** Types of expressions that C# gives no type: `null`, lambdas, method names, `throw`, `default`. */
export const nullType: NetType = special('null');
export const lambdaType: NetType = special('lambda expression');
export const methodGroupType: NetType = special('method group');
export const throwType: NetType = special('throw expression');
export const defaultType: NetType = special('default');
export const voidType: NetType = special('void');

export function isUntyped(type: NetType): boolean {
  return type.definition.kind === 'special' && type !== voidType;
}
