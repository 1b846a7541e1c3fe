import { arithmetic, isNumeric, negation, type NumericName } from '../runtime/arithmetic.ts';
import { parts, type Syntax } from '../syntax.ts';
import { nullableOf, typeNamed, withoutNullable } from '../type.ts';
import { bindPlace } from './assignment.ts';
import { operand } from './binary.ts';
import type { Bound, Run } from './bound.ts';
import { describe, outcomeOf } from './convert.ts';
import { explicitConversion } from '../conversions.ts';
import { bindExpression } from './expression.ts';
import { constant } from './literals.ts';
import { userOperator } from './operators.ts';
import type { Scope } from './scope.ts';

/** `-x`, `+x`, `!x`, `~x`, `++x`, `--x`. */
export function bindPrefix(node: Syntax, scope: Scope): Bound {
  const operator = node.children[0]!.kind;
  const value = parts(node)[0]!;
  if (operator === '++' || operator === '--') return step(operator, value, node, scope, true);
  const least = operator === '-' ? leastInteger(value, node) : undefined;
  if (least) return least;
  const bound = bindExpression(value, scope);
  const result = operator === '!' ? not(bound, node, scope) : sign(operator, bound, node, scope);
  const found = result ?? userOperator(operator, [bound], node);
  if (!found)
    return scope.fail(node, `operator '${operator}' cannot be applied to operand of type '${describe(bound)}'`);
  return bound.constant
    ? { ...found, constant: { value: found.run({ context: undefined as never, cells: [], returned: undefined }) } }
    : found;
}

/** The least int and long have no positive counterpart, so their digits alone would be a wider type. */
function leastInteger(value: Syntax, node: Syntax): Bound | undefined {
  if (value.kind !== 'integer_literal') return undefined;
  const digits = value.text.replaceAll('_', '');
  if (digits === '2147483648') return constant('int', -2147483648, node);
  return /^9223372036854775808[lL]?$/.test(digits) ? constant('long', -(2n ** 63n), node) : undefined;
}

function not(bound: Bound, node: Syntax, scope: Scope): Bound | undefined {
  const { run } = bound;
  if (bound.type.name === 'bool') {
    const { whenTrue, whenFalse } = outcomeOf(bound, scope);
    const outcome = { whenTrue: whenFalse, whenFalse: whenTrue };
    return { type: bound.type, node, run: (frame) => !run(frame), outcome };
  }
  if (bound.type.name !== 'bool?') return undefined;
  return { type: bound.type, node, run: (frame) => lift(run(frame), (value) => !value) };
}

function lift(value: unknown, apply: (value: unknown) => unknown): unknown {
  return value === null ? null : apply(value);
}

function sign(operator: string, bound: Bound, node: Syntax, scope: Scope): Bound | undefined {
  const plain = withoutNullable(bound.type).name;
  if (!isNumeric(plain)) return undefined;
  const type = promotedOne(plain, operator);
  if (!type) return undefined;
  const run = operand(bound, type, scope);
  const result = bound.type.isNullable ? nullableOf(typeNamed(type)) : typeNamed(type);
  if (operator === '+') return { type: result, node, run };
  if (operator !== '-' && operator !== '~') return undefined;
  const compute = negation(operator, type, scope.context.isChecked ?? false) as
    ((value: unknown) => unknown) | undefined;
  return compute && { type: result, node, run: (frame) => lift(run(frame), compute) };
}

function promotedOne(name: NumericName, operator: string): NumericName | undefined {
  if (name === 'ulong') return operator === '-' ? undefined : 'ulong';
  if (name === 'uint') return operator === '-' ? 'long' : 'uint';
  return ['long', 'float', 'double'].includes(name) ? name : 'int';
}

export function bindPostfix(node: Syntax, scope: Scope): Bound {
  const operator = node.children[1]!.kind;
  if (operator !== '++' && operator !== '--')
    return scope.fail(node, `operator '!' after an expression needs a newer C#; policy expressions are C# 7`);
  return step(operator, parts(node)[0]!, node, scope, false);
}

function step(operator: '++' | '--', target: Syntax, node: Syntax, scope: Scope, isPrefix: boolean): Bound {
  const place = bindPlace(target, scope);
  const { name } = place.type;
  if (!isNumeric(name))
    return scope.fail(node, `operator '${operator}' cannot be applied to operand of type '${name}'`);
  const type = promotedOne(name, '+')!;
  const add = arithmetic(operator[0]!, type, scope.context.isChecked ?? false) as (a: unknown, b: unknown) => unknown;
  const narrow =
    explicitConversion(typeNamed(type), place.type, scope.context.isChecked ?? false)?.apply ??
    ((value: unknown) => value);
  const widen = explicitConversion(place.type, typeNamed(type), false)?.apply ?? ((value: unknown) => value);
  const one = type === 'long' || type === 'ulong' ? 1n : 1;
  const run: Run = (frame) => {
    const at = place.at(frame);
    const before = at.get();
    const after = narrow(add(widen(before), one));
    at.set(after);
    return isPrefix ? after : before;
  };
  return { type: place.type, node, run };
}
