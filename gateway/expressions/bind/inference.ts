import { implicitConversion } from '../conversions.ts';
import type { Parameter } from '../signature.ts';
import type { NetType } from '../type.ts';
import type { Bound } from './bound.ts';
import { chooseMethod, delegateShape } from './delegates.ts';

/** An argument and the parameter it goes to. */
export interface Pairing {
  readonly parameter: Parameter;
  /** The parameter's type, or the element's where the argument is one of a `params` array. */
  readonly type: NetType;
  readonly bound: Bound | undefined;
}

/**
 * Finds a generic method's type arguments from its call, as C# does: first from the arguments that have a type, then from
 * what lambdas return once their parameters are known (C# language specification, 12.6.3). Undefined when one stays open.
 */
export function inferTypes(
  generics: readonly string[],
  owner: ReadonlyMap<string, NetType>,
  pairings: readonly Pairing[],
): Map<string, NetType> | undefined {
  const bounds = new Map<string, NetType[]>(generics.map((name) => [name, []]));
  const waiting: Pairing[] = [];
  for (const pairing of pairings) {
    const { bound, type } = pairing;
    if (!bound) continue;
    if (bound.lambda || bound.methods) waiting.push(pairing);
    else if (bound.type.definition.kind !== 'special' && !collect(type.substitute(owner), bound.type, bounds))
      return undefined;
  }
  for (const { type, bound } of waiting) {
    const known = new Map([...owner, ...fixed(bounds)]);
    const shape = delegateShape(type);
    if (!shape) continue;
    const parameters = shape.parameters.map((parameter) => parameter.substitute(known));
    if (parameters.some((parameter) => parameter.isOpen)) return undefined;
    const returns = returnOf(bound!, parameters);
    if (!returns) return undefined;
    if (returns.definition.kind !== 'special' && !collect(shape.returns.substitute(owner), returns, bounds))
      return undefined;
  }
  const found = fixed(bounds);
  return generics.every((name) => found.has(name)) ? found : undefined;
}

function returnOf(bound: Bound, parameters: readonly NetType[]): NetType | undefined {
  if (bound.lambda) {
    return bound.lambda.parameterCount === parameters.length
      ? bound.lambda.bind(parameters, undefined)?.returns
      : undefined;
  }
  const chosen = chooseMethod(bound.methods!.levels.flat(), parameters);
  return chosen?.member.returns.substitute(chosen.scope);
}

/** Matches a parameter's type with an argument's; false when the argument has the wanted generic type in two ways. */
function collect(parameter: NetType, given: NetType, bounds: Map<string, NetType[]>): boolean {
  if (parameter.definition.kind === 'parameter') {
    bounds.get(parameter.definition.name)?.push(given);
    return true;
  }
  if (!parameter.isOpen) return true;
  if (parameter.isNullable && !given.isNullable) return collect(parameter.args[0]!, given, bounds);
  const matches = given.ancestors.filter((ancestor) => ancestor.definition === parameter.definition);
  if (matches.length > 1) return false;
  const [match] = matches;
  return !match || parameter.args.every((arg, i) => collect(arg, match.args[i]!, bounds));
}

function fixed(bounds: ReadonlyMap<string, readonly NetType[]>): Map<string, NetType> {
  const found = new Map<string, NetType>();
  for (const [name, candidates] of bounds) {
    const best = candidates.find((candidate) => candidates.every((other) => implicitConversion(other, candidate)));
    if (best) found.set(name, best);
  }
  return found;
}
