import { implicitConversion } from '../conversions.ts';
import { NetException } from '../exceptions.ts';
import { arithmetic, isIntegral, isNumeric, type NumericName } from '../runtime/arithmetic.ts';
import { field, type Syntax } from '../syntax.ts';
import { type NetType, nullableOf, typeNamed, withoutNullable } from '../type.ts';
import { type Bound, defaultType, isUntyped, nullType, type Run, voidType } from './bound.ts';
import { asBool, asText, convert, converted, describe, outcomeOf } from './convert.ts';
import { bindEquality } from './equality.ts';
import { bindExpression } from './expression.ts';
import { meet, within } from './flow.ts';
import { userOperator } from './operators.ts';
import type { Scope } from './scope.ts';

/** `left operator right`. */
export function bindBinary(node: Syntax, scope: Scope): Bound {
  const operator = field(node, 'operator').text;
  const left = bindExpression(field(node, 'left'), scope);
  if (operator !== '&&' && operator !== '||' && operator !== '??') {
    return binary(operator, left, bindExpression(field(node, 'right'), scope), node, scope);
  }
  const first = outcomeOf(left, scope);
  const reached = operator === '&&' ? first.whenTrue : operator === '||' ? first.whenFalse : scope.unit.unassigned;
  const right = within(scope, reached, () => {
    const bound = bindExpression(field(node, 'right'), scope);
    return { bound, outcome: outcomeOf(bound, scope) };
  });
  const { bound, outcome } = right.result;
  const both = binary(operator, left, bound, node, scope);
  if (operator === '??') return both;
  const whenTrue = operator === '&&' ? outcome.whenTrue : meet(first.whenTrue, outcome.whenTrue);
  const whenFalse = operator === '&&' ? meet(first.whenFalse, outcome.whenFalse) : outcome.whenFalse;
  scope.unit.unassigned = meet(whenTrue, whenFalse);
  return { ...both, outcome: { whenTrue, whenFalse } };
}

/** The operator applied to two bound operands; compound assignment uses it too. */
export function binary(operator: string, left: Bound, right: Bound, node: Syntax, scope: Scope): Bound {
  for (const side of [left, right]) {
    if (side.lambda || side.methods || side.type === voidType)
      scope.fail(side.node, `'${side.node.text}' has no value for operator '${operator}'`);
  }
  switch (operator) {
    case '&&':
    case '||':
      return logical(operator, left, right, node, scope);
    case '??':
      return coalesce(left, right, node, scope);
    case '==':
    case '!=':
      return folded(bindEquality(operator, left, right, node, scope), left, right, scope);
    case '>>>':
      return scope.fail(node, `operator '>>>' needs a newer C#; policy expressions are C# 7`);
  }
  const found =
    userOperator(operator, [left, right], node) ??
    (operator === '+' ? concatenation(left, right, node, scope) : undefined) ??
    numeric(operator, left, right, node, scope) ??
    boolean(operator, left, right, node) ??
    enumeration(operator, left, right, node);
  return found ? folded(found, left, right, scope) : undefinedOperator(operator, left, right, node, scope);
}

export function undefinedOperator(operator: string, left: Bound, right: Bound, node: Syntax, scope: Scope): never {
  return scope.fail(
    node,
    `operator '${operator}' cannot be applied to operands of type '${describe(left)}' and '${describe(right)}'`,
  );
}

/** Constants are computed while compiling, where an overflow is an error. */
function folded(bound: Bound, left: Bound, right: Bound, scope: Scope): Bound {
  if (!left.constant || !right.constant || (bound.type.isReference && bound.type.name !== 'string')) return bound;
  try {
    return {
      ...bound,
      constant: { value: bound.run({ context: undefined as never, cells: [], returned: undefined }) },
    };
  } catch (error) {
    if (error instanceof NetException)
      scope.fail(
        bound.node,
        error.netType === 'DivideByZeroException'
          ? 'division by constant zero'
          : 'the operation overflows at compile time',
      );
    throw error;
  }
}

function logical(operator: string, left: Bound, right: Bound, node: Syntax, scope: Scope): Bound {
  if (left.type.name !== 'bool' || right.type.name !== 'bool') {
    if (!converted(left, typeNamed('bool')) || !converted(right, typeNamed('bool')))
      undefinedOperator(operator, left, right, node, scope);
  }
  const [a, b] = [asBool(left, scope), asBool(right, scope)];
  const run: Run = operator === '&&' ? (frame) => a(frame) && b(frame) : (frame) => a(frame) || b(frame);
  return { type: typeNamed('bool'), node, run };
}

function coalesce(left: Bound, right: Bound, node: Syntax, scope: Scope): Bound {
  const { type } = left;
  if (left.type === nullType && !isUntyped(right.type)) return { ...right, node };
  if (!type.isReference && !type.isNullable) undefinedOperator('??', left, right, node, scope);
  const plain = type.isNullable && converted(right, withoutNullable(type)) ? withoutNullable(type) : undefined;
  const target =
    plain ??
    (converted(right, type) ? type : implicitConversion(withoutNullable(type), right.type) ? right.type : undefined);
  if (!target) return undefinedOperator('??', left, right, node, scope);
  const first = left.run;
  const adapt = target === type || plain ? undefined : implicitConversion(withoutNullable(type), target)?.apply;
  const second = convert(right, target, scope).run;
  const run: Run = (frame) => {
    const value = first(frame);
    if (value === null) return second(frame);
    return adapt ? adapt(value) : value;
  };
  return { type: target, node, run };
}

function concatenation(left: Bound, right: Bound, node: Syntax, scope: Scope): Bound | undefined {
  if (left.type.name !== 'string' && right.type.name !== 'string') return undefined;
  const [a, b] = [asText(left, scope), asText(right, scope)];
  return { type: typeNamed('string'), node, run: (frame) => (a(frame) as string) + (b(frame) as string) };
}

/** The type in which C# computes with two numeric types (C# language specification, 12.4.7.3). */
export function promoted(left: Bound, right: Bound): NumericName | undefined {
  const [a, b] = [withoutNullable(left.type).name, withoutNullable(right.type).name];
  if (!isNumeric(a) || !isNumeric(b)) return undefined;
  const either = (name: string) => a === name || b === name;
  if (either('double')) return 'double';
  if (either('float')) return 'float';
  if (either('ulong')) {
    const isSigned = (bound: Bound, name: string) =>
      ['sbyte', 'short', 'int', 'long'].includes(name) && !(bound.constant && Number(bound.constant.value) >= 0);
    return isSigned(left, a) || isSigned(right, b) ? undefined : 'ulong';
  }
  if (either('long')) return 'long';
  if (!either('uint')) return 'int';
  const other = a === 'uint' ? { bound: right, name: b } : { bound: left, name: a };
  const fits = other.bound.constant && Number(other.bound.constant.value) >= 0;
  return ['sbyte', 'short', 'int'].includes(other.name) && !fits ? 'long' : 'uint';
}

function numeric(operator: string, left: Bound, right: Bound, node: Syntax, scope: Scope): Bound | undefined {
  if (operator === '<<' || operator === '>>') return shift(operator, left, right, node, scope);
  const type = promoted(left, right);
  if (!type) return undefined;
  const operands = [operand(left, type, scope), operand(right, type, scope)] as const;
  const isLifted = left.type.isNullable || right.type.isNullable;
  if (['<', '>', '<=', '>='].includes(operator)) return comparison(operator, operands, isLifted, node);
  const isChecked = scope.context.isChecked ?? (left.constant !== undefined && right.constant !== undefined);
  const compute = arithmetic(operator, type, isChecked) as ((a: unknown, b: unknown) => unknown) | undefined;
  if (!compute) return undefined;
  const result = typeNamed(type);
  return { type: isLifted ? nullableOf(result) : result, node, run: lifted(operands, compute, isLifted, null) };
}

/** Converts an operand to the promoted type, leaving a nullable one nullable. */
export function operand(bound: Bound, type: string, scope: Scope): Run {
  const target = typeNamed(type);
  return convert(bound, bound.type.isNullable ? nullableOf(target) : target, scope).run;
}

type Pair = readonly [Run, Run];

/** With a null among the operands of a lifted operator, the result is `whenNull`. */
export function lifted(
  [a, b]: Pair,
  compute: (a: unknown, b: unknown) => unknown,
  isLifted: boolean,
  whenNull: unknown,
): Run {
  if (!isLifted) return (frame) => compute(a(frame), b(frame));
  return (frame) => {
    const first = a(frame);
    const second = b(frame);
    return first === null || second === null ? whenNull : compute(first, second);
  };
}

const comparisons: Readonly<Record<string, (a: never, b: never) => boolean>> = {
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
};

function comparison(operator: string, operands: Pair, isLifted: boolean, node: Syntax): Bound {
  const compute = comparisons[operator] as (a: unknown, b: unknown) => boolean;
  return { type: typeNamed('bool'), node, run: lifted(operands, compute, isLifted, false) };
}

function shift(operator: string, left: Bound, right: Bound, node: Syntax, scope: Scope): Bound | undefined {
  if (!isIntegral(left.type.name) || !converted(right, typeNamed('int'))) return undefined;
  const type = ['uint', 'long', 'ulong'].includes(left.type.name) ? (left.type.name as NumericName) : 'int';
  const count = convert(right, typeNamed('int'), scope).run;
  const wide = type === 'long' || type === 'ulong';
  const by: Run = wide ? (frame) => BigInt(count(frame) as number) : count;
  const compute = arithmetic(operator, type, false) as (a: unknown, b: unknown) => unknown;
  return { type: typeNamed(type), node, run: lifted([operand(left, type, scope), by], compute, false, null) };
}

function boolean(operator: string, left: Bound, right: Bound, node: Syntax): Bound | undefined {
  if (left.type.name !== 'bool' || right.type.name !== 'bool') return undefined;
  const operations: Record<string, (a: unknown, b: unknown) => boolean> = {
    '&': (a, b) => Boolean(a) && Boolean(b),
    '|': (a, b) => Boolean(a) || Boolean(b),
    '^': (a, b) => a !== b,
  };
  const compute = operations[operator];
  return compute && { type: left.type, node, run: lifted([left.run, right.run], compute, false, null) };
}

function enumeration(operator: string, left: Bound, right: Bound, node: Syntax): Bound | undefined {
  if (left.type !== right.type || left.type.definition.kind !== 'enum') return undefined;
  const pair = [left.run, right.run] as const;
  if (operator in comparisons) return comparison(operator, pair, false, node);
  const operations: Record<string, (a: number, b: number) => number> = {
    '&': (a, b) => a & b,
    '|': (a, b) => a | b,
    '^': (a, b) => a ^ b,
  };
  const compute = operations[operator] as ((a: unknown, b: unknown) => unknown) | undefined;
  return compute && { type: left.type, node, run: lifted(pair, compute, false, null) };
}

export function isNullish(type: NetType): boolean {
  return type === nullType || type === defaultType;
}
