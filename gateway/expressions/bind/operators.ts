import type { Syntax } from '../syntax.ts';
import { type NetType, nullableOf, withoutNullable } from '../type.ts';
import type { Bound, Method } from './bound.ts';
import { directCall } from './callable.ts';
import { converted } from './convert.ts';
import { staticMembers } from './lookup.ts';

/** An operator that one of the operands' types declares, such as `DateTime - DateTime`; undefined when none does. */
export function userOperator(operator: string, operands: readonly Bound[], node: Syntax): Bound | undefined {
  const methods = operands
    .flatMap(({ type }) => staticMembers(withoutNullable(type), 'operator', operator).flat())
    .filter(({ member }) => member.parameters.length === operands.length);
  const fits = (targets: readonly NetType[]) => operands.every((operand, i) => converted(operand, targets[i]!));
  const exact = methods.find((method) => operands.every(({ type }, i) => method.member.parameters[i]?.type === type));
  const chosen = exact ?? methods.find((method) => fits(parameterTypes(method)));
  if (chosen) return apply(chosen, parameterTypes(chosen), false, operands, node);
  const nullable = methods.find((method) => fits(parameterTypes(method).map(asNullable)));
  return nullable && apply(nullable, parameterTypes(nullable).map(asNullable), true, operands, node);
}

function parameterTypes(method: Method): NetType[] {
  return method.member.parameters.map(({ type }) => type.substitute(method.scope));
}

function asNullable(type: NetType): NetType {
  return type.isValue ? nullableOf(type) : type;
}

/** Lifted: with a null operand a comparison is false, `==` compares, and anything else is null. */
function apply(
  method: Method,
  targets: readonly NetType[],
  isLifted: boolean,
  operands: readonly Bound[],
  node: Syntax,
): Bound {
  const compute = directCall(method.member, method.scope)!;
  const runs = operands.map((operand, i) => converted(operand, targets[i]!)!.run);
  const returns = method.member.returns.substitute(method.scope);
  if (!isLifted) return { type: returns, node, run: (frame) => compute(...runs.map((run) => run(frame))) };
  const { name } = method.member;
  const isTest = returns.name === 'bool';
  return {
    type: isTest ? returns : asNullable(returns),
    node,
    run: (frame) => {
      const values = runs.map((run) => run(frame));
      if (!values.includes(null)) return compute(...values);
      const bothNull = values.every((value) => value === null);
      if (name === '==') return bothNull;
      return name === '!=' ? !bothNull : isTest ? false : null;
    },
  };
}
