import { NetException, nullReference } from '../exceptions.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import { typeNamed } from '../type.ts';
import { type Bound, throwType, type Run } from './bound.ts';
import { asBool, commonType, convert, describe, outcomeOf } from './convert.ts';
import { bindExpression } from './expression.ts';
import { meet, within } from './flow.ts';
import type { Scope } from './scope.ts';

/** `condition ? first : second`. */
export function bindConditional(node: Syntax, scope: Scope): Bound {
  const test = bindExpression(field(node, 'condition'), scope);
  const condition = asBool(test, scope);
  const { whenTrue, whenFalse } = outcomeOf(test, scope);
  const { result: first, end: afterFirst } = within(scope, whenTrue, () =>
    bindExpression(field(node, 'consequence'), scope),
  );
  const { result: second, end: afterSecond } = within(scope, whenFalse, () =>
    bindExpression(field(node, 'alternative'), scope),
  );
  scope.unit.unassigned = meet(afterFirst, afterSecond);
  const type = commonType([first, second]);
  if (!type) {
    return scope.fail(
      node,
      `the two results of '?:' have no common type: '${describe(first)}' and '${describe(second)}'`,
    );
  }
  const [a, b] = [convert(first, type, scope).run, convert(second, type, scope).run];
  return { type, node, run: (frame) => (condition(frame) ? a(frame) : b(frame)) };
}

export function bindThrow(node: Syntax, scope: Scope): Bound {
  return { type: throwType, node, run: throwing(parts(node)[0]!, scope) };
}

/** Throws the exception that an expression gives. */
export function throwing(expression: Syntax, scope: Scope): Run {
  const { run } = convert(bindExpression(expression, scope), typeNamed('Exception'), scope);
  return (frame) => {
    const exception = run(frame);
    throw exception instanceof NetException ? exception : nullReference();
  };
}
