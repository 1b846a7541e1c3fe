import { invalidCast, invalidOperation, nullReference } from './exceptions.ts';
import { isNumeric, limits, type NumericName, numericConversion } from './runtime/arithmetic.ts';
import { boxing, typeOf, unbox } from './runtime/value.ts';
import { type Member, members } from './signature.ts';
import { derives, type NetType, typeNamed, withoutNullable } from './type.ts';
import { defaultType, nullType, throwType } from './bind/bound.ts';

/** How a value of one type becomes one of another; without `apply` it is carried the same way. */
export interface Conversion {
  readonly apply?: (value: unknown) => unknown;
}

const asItIs: Conversion = {};

/** C#'s implicit numeric conversions (C# language specification, 10.2.3). */
const widening: Readonly<Record<string, readonly string[]>> = {
  sbyte: ['short', 'int', 'long', 'float', 'double'],
  byte: ['short', 'ushort', 'int', 'uint', 'long', 'ulong', 'float', 'double'],
  short: ['int', 'long', 'float', 'double'],
  ushort: ['int', 'uint', 'long', 'ulong', 'float', 'double'],
  char: ['ushort', 'int', 'uint', 'long', 'ulong', 'float', 'double'],
  int: ['long', 'float', 'double'],
  uint: ['long', 'ulong', 'float', 'double'],
  long: ['float', 'double'],
  ulong: ['float', 'double'],
  float: ['double'],
};

/** The implicit conversion between two types; undefined when C# has none. */
export function implicitConversion(from: NetType, to: NetType): Conversion | undefined {
  return standardImplicit(from, to) ?? userDefined(from, to, ['implicit']);
}

/** The implicit conversions that no operator of a type takes part in. */
export function standardImplicit(from: NetType, to: NetType): Conversion | undefined {
  if (from === to || from === throwType) return asItIs;
  if (from === nullType || from === defaultType) return to.isReference || to.isNullable ? asItIs : undefined;
  if (to.isNullable) {
    const inner = standardImplicit(withoutNullable(from), to.args[0]!);
    return inner && lift(inner, from);
  }
  if (widening[from.name]?.includes(to.name))
    return optional(numericConversion(from.name as NumericName, to.name as NumericName, false));
  if (from.isReference && to.isReference) {
    return derives(from, to) ? optional(viewAs(from, to)) : undefined;
  }
  if (to.isReference && (from.isValue || from.isNullable) && derives(withoutNullable(from), to))
    return optional(boxing(from));
  return undefined;
}

/** How a type that is carried differently under an interface becomes that interface. */
function viewAs(from: NetType, to: NetType): ((value: unknown) => unknown) | undefined {
  const views = Object.entries(from.definition.views ?? {});
  const view = views.find(([name]) => derives(typeNamed(name), to))?.[1] as ((value: unknown) => unknown) | undefined;
  if (!view || to.name === 'object') return undefined;
  return (value) => (value === null ? null : view(value));
}

function optional(apply: ((value: unknown) => unknown) | undefined): Conversion {
  return apply ? { apply } : asItIs;
}

function lift(inner: Conversion, from: NetType): Conversion {
  const { apply } = inner;
  if (!apply || !from.isNullable) return inner;
  return { apply: (value) => (value === null ? null : apply(value)) };
}

/** A constant of type int or long that fits is one of any smaller type too (C# language specification, 10.2.11). */
export function constantConversion(from: NetType, value: unknown, to: NetType): Conversion | undefined {
  const target = withoutNullable(to);
  if (target.definition.kind === 'enum') return from.name === 'int' && value === 0 ? asItIs : undefined;
  if (from.name === 'int' && ['sbyte', 'byte', 'short', 'ushort', 'uint', 'ulong'].includes(target.name)) {
    const { least, most } = limits(target.name as 'byte');
    const number = BigInt(value as number);
    if (number < least || number > most) return undefined;
    return optional(numericConversion('int', target.name as NumericName, false));
  }
  if (from.name === 'long' && target.name === 'ulong' && (value as bigint) >= 0n) return asItIs;
  return undefined;
}

/** The explicit conversion that a cast makes; undefined when C# has none. `checked` holds inside `checked(…)`. */
export function explicitConversion(from: NetType, to: NetType, checked: boolean): Conversion | undefined {
  return (
    implicitConversion(from, to) ??
    standardExplicit(from, to, checked) ??
    userDefined(from, to, ['explicit', 'implicit'], checked)
  );
}

function standardExplicit(from: NetType, to: NetType, checked: boolean): Conversion | undefined {
  if (from.isNullable && !to.isReference) {
    const inner = explicitConversion(from.args[0]!, withoutNullable(to), checked);
    if (!inner) return undefined;
    const apply = inner.apply ?? ((value: unknown) => value);
    if (to.isNullable) return { apply: (value) => (value === null ? null : apply(value)) };
    return {
      apply: (value) => {
        if (value === null) throw invalidOperation('Nullable object must have a value.');
        return apply(value);
      },
    };
  }
  if (to.isNullable && !from.isReference) return explicitConversion(from, to.args[0]!, checked);
  const number = (type: NetType) =>
    type.definition.kind === 'enum' ? 'int' : isNumeric(type.name) ? type.name : undefined;
  const [source, target] = [number(from), number(to)];
  if (source && target) return optional(numericConversion(source, target, checked));
  if (!from.isReference) return undefined;
  if (to.isReference) return canDowncast(from, to) ? { apply: (value) => downcast(value, to) } : undefined;
  if (!derives(withoutNullable(to), from)) return undefined;
  return { apply: (value) => unboxTo(value, to) };
}

/** Whether an object of static type `from` could be a `to` at run time. */
export function canDowncast(from: NetType, to: NetType): boolean {
  if (derives(to, from) || derives(from, to)) return true;
  const isSealed = (type: NetType) => type.name === 'string' || type.isArray || type.definition.kind === 'delegate';
  if (to.definition.kind === 'interface') return !isSealed(from);
  return from.definition.kind === 'interface' && !isSealed(to);
}

export function isInstance(value: unknown, type: NetType): boolean {
  return value !== null && value !== undefined && derives(typeOf(value), withoutNullable(type));
}

function downcast(value: unknown, to: NetType): unknown {
  if (value === null || isInstance(value, to)) return value;
  throw invalidCast(typeOf(value).fullName, to.fullName);
}

function unboxTo(value: unknown, to: NetType): unknown {
  if (value === null) {
    if (to.isNullable) return null;
    throw nullReference();
  }
  const plain = withoutNullable(to);
  const actual = typeOf(value);
  if (actual === plain || (plain.definition.kind === 'enum' && actual.name === 'int')) return unbox(value);
  throw invalidCast(actual.fullName, plain.fullName);
}

type Kind = 'implicit' | 'explicit';

/** Conversions that a type declares as operators, with a standard conversion before and after. */
function userDefined(from: NetType, to: NetType, kinds: readonly Kind[], checked = false): Conversion | undefined {
  const operators = conversionOperators(from, to).filter(({ name }) => kinds.includes(name as Kind));
  const exact = operators.find((op) => op.returns === to && op.parameters[0]!.type === from);
  const isExplicit = kinds.includes('explicit');
  const chosen =
    exact ??
    operators.find((op) => op.returns === to && standardImplicit(from, op.parameters[0]!.type)) ??
    operators.find(
      (op) =>
        standardImplicit(from, op.parameters[0]!.type) &&
        (standardImplicit(op.returns, to) ?? (isExplicit && standardExplicit(op.returns, to, checked))),
    );
  if (!chosen) return undefined;
  const before = standardImplicit(from, chosen.parameters[0]!.type)?.apply;
  const after = (standardImplicit(chosen.returns, to) ?? standardExplicit(chosen.returns, to, checked))?.apply;
  const convert = chosen.implementation as (value: unknown) => unknown;
  return {
    apply: (value) => {
      const converted = convert(before ? before(value) : value);
      return after ? after(converted) : converted;
    },
  };
}

function conversionOperators(from: NetType, to: NetType): Member[] {
  const owners = new Set(
    [...withoutNullable(from).ancestors, ...withoutNullable(to).ancestors].map((type) => type.definition),
  );
  return [...owners].flatMap((owner) =>
    members(owner).filter(({ kind, name }) => kind === 'operator' && (name === 'implicit' || name === 'explicit')),
  );
}
