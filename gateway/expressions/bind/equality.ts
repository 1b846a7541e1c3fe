import { canDowncast } from '../conversions.ts';
import type { Syntax } from '../syntax.ts';
import { nullableOf, typeNamed, withoutNullable } from '../type.ts';
import { isNullish, operand, promoted, undefinedOperator } from './binary.ts';
import type { Bound, Run } from './bound.ts';
import { converted } from './convert.ts';
import { userOperator } from './operators.ts';
import type { Scope } from './scope.ts';

/** `==` and `!=` as C# has them for the static types of the operands. */
export function bindEquality(operator: '==' | '!=', left: Bound, right: Bound, node: Syntax, scope: Scope): Bound {
  const same = sameness(left, right, node, scope);
  if (!same)
    return userOperator(operator, [left, right], node) ?? undefinedOperator(operator, left, right, node, scope);
  const run: Run = operator === '==' ? same : (frame) => !same(frame);
  return { type: typeNamed('bool'), node, run };
}

function sameness(left: Bound, right: Bound, node: Syntax, scope: Scope): Run | undefined {
  if (isNullish(left.type) || isNullish(right.type)) return withNull(left, right);
  const type = promoted(left, right);
  if (type) return strict(operand(left, type, scope), operand(right, type, scope));
  const names = [left.type.name, right.type.name];
  if (names.every((name) => name === 'string' || name === 'bool' || name === 'bool?')) {
    return names[0]!.replace('?', '') === names[1]!.replace('?', '') ? strict(left.run, right.run) : undefined;
  }
  const bare = [left, right].map((bound) => withoutNullable(bound.type)).find((one) => one.definition.kind === 'enum');
  if (bare) {
    const enumType = left.type.isNullable || right.type.isNullable ? nullableOf(bare) : bare;
    const pair = [converted(left, enumType), converted(right, enumType)] as const;
    return pair[0] && pair[1] && strict(pair[0].run, pair[1].run);
  }
  if (userOperator('==', [left, right], node)) return undefined;
  if (!left.type.isReference || !right.type.isReference) return undefined;
  if (comparesTextByReference(names)) {
    if (isEmptyText(left) || isEmptyText(right)) return strict(left.run, right.run);
    return scope.fail(
      node,
      `'${node.text}' compares references, not values, since one side is an object; cast it first, as in (string)…`,
    );
  }
  return canDowncast(left.type, right.type) || canDowncast(right.type, left.type)
    ? strict(left.run, right.run)
    : undefined;
}

function strict(a: Run, b: Run): Run {
  return (frame) => a(frame) === b(frame);
}

function withNull(left: Bound, right: Bound): Run | undefined {
  const given = isNullish(left.type) ? right : left;
  if (isNullish(given.type)) return () => true;
  if (!given.type.isReference && !given.type.isNullable) return undefined;
  const { run } = given;
  return (frame) => run(frame) === null;
}

/** C# compares here whether both are one object, which for texts and numbers depends on how they came about. */
function comparesTextByReference(names: readonly string[]): boolean {
  return names.includes('object') && names.every((name) => name === 'object' || name === 'string');
}

/** .NET has one empty string, so there the outcome is certain. */
function isEmptyText(bound: Bound): boolean {
  return bound.constant?.value === '';
}
