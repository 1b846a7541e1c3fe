import { constantConversion, type Conversion, implicitConversion } from '../conversions.ts';
import { textFor, text, defaultOf } from '../runtime/value.ts';
import { type NetType, typeNamed } from '../type.ts';
import { type Bound, defaultType, nullType, type Run, voidType } from './bound.ts';
import { delegateShape, groupAsDelegate } from './delegates.ts';
import { allAssigned } from './flow.ts';
import type { Scope } from './scope.ts';

/** The expression as a value of type `to`, by an implicit conversion; undefined when there is none. */
export function converted(bound: Bound, to: NetType): Bound | undefined {
  if (bound.type === to) return bound;
  if (bound.lambda) return lambdaAs(bound, to);
  if (bound.methods) return groupAsDelegate(bound, to);
  if (bound.type === defaultType && to !== defaultType) {
    const value = defaultOf(to);
    return { type: to, node: bound.node, run: () => value };
  }
  const constant = bound.constant && constantConversion(bound.type, bound.constant.value, to);
  const conversion = constant ?? implicitConversion(bound.type, to);
  return conversion && applied(bound, to, conversion);
}

/** As `converted`, failing with C#'s own words. */
export function convert(bound: Bound, to: NetType, scope: Scope): Bound {
  const result = converted(bound, to);
  if (result) return result;
  if (bound.lambda?.problem && delegateShape(to)) throw bound.lambda.problem;
  if (bound.constant && bound.type.name === 'int' && to.isValue) {
    scope.fail(bound.node, `constant value '${text(bound.constant.value)}' cannot be converted to a '${to.name}'`);
  }
  return scope.fail(bound.node, `cannot implicitly convert type '${describe(bound)}' to '${to.name}'`);
}

export function describe(bound: Bound): string {
  return bound.type === nullType ? '<null>' : bound.type.name;
}

export function applied(bound: Bound, to: NetType, conversion: Conversion): Bound {
  const { run, node } = bound;
  const { apply } = conversion;
  const constant = bound.constant && {
    constant: { value: apply ? apply(bound.constant.value) : bound.constant.value },
  };
  return { type: to, node, run: apply ? (frame) => apply(run(frame)) : run, ...constant };
}

function lambdaAs(bound: Bound, to: NetType): Bound | undefined {
  const shape = delegateShape(to);
  if (!shape || shape.parameters.length !== bound.lambda!.parameterCount) return undefined;
  const found = bound.lambda!.bind(shape.parameters, shape.returns);
  return found && { type: to, node: bound.node, run: found.run };
}

/** The expression's text, as string concatenation and interpolation use it. */
export function asText(bound: Bound, scope: Scope): Run {
  if (bound.constant?.value === null || bound.type === nullType) return () => '';
  if (bound.type === voidType || bound.lambda || bound.methods)
    scope.fail(bound.node, `'${bound.node.text}' has no value`);
  if (bound.type.name === 'string') {
    const { run } = bound;
    return (frame) => run(frame) ?? '';
  }
  const { run } = bound;
  const write = textFor(bound.type);
  return (frame) => write(run(frame));
}

export function asBool(bound: Bound, scope: Scope): Run {
  return convert(bound, typeNamed('bool'), scope).run;
}

/** The best common type of several expressions; undefined when none of their types suits all of them. */
export function commonType(bounds: readonly Bound[]): NetType | undefined {
  const candidates = [...new Set(bounds.map(({ type }) => type))].filter((type) => type.definition.kind !== 'special');
  const suited = candidates.filter((type) => bounds.every((bound) => converted(bound, type)));
  return suited.length === 1
    ? suited[0]
    : (suited.find(
        (type) =>
          !suited.some(
            (other) => other !== type && implicitConversion(other, type) && !implicitConversion(type, other),
          ),
      ) ?? suited[0]);
}

/** Which variables have no value after the condition held, and after it did not. */
export function outcomeOf(bound: Bound, scope: Scope): NonNullable<Bound['outcome']> {
  const { unassigned } = scope.unit;
  if (bound.outcome) return bound.outcome;
  // What comes after a constant condition that never has this outcome is never reached.
  return {
    whenTrue: bound.constant?.value === false ? allAssigned : unassigned,
    whenFalse: bound.constant?.value === true ? allAssigned : unassigned,
  };
}
