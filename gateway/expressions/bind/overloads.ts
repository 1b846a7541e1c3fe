import { implicitConversion } from '../conversions.ts';
import { isNumeric } from '../runtime/arithmetic.ts';
import { netArray } from '../runtime/value.ts';
import type { Parameter } from '../signature.ts';
import type { Syntax } from '../syntax.ts';
import type { NetType } from '../type.ts';
import type { Bound, Method, Run } from './bound.ts';
import { converted, describe } from './convert.ts';
import { delegateShape } from './delegates.ts';
import { inferTypes, type Pairing } from './inference.ts';
import type { Scope } from './scope.ts';

/** One argument of a call, before a method is chosen. */
export interface Argument {
  readonly node: Syntax;
  readonly name?: string;
  readonly bound?: Bound;
  /** Set on an `out` argument: its type where it is known already, and the cell to fill once it is. */
  readonly out?: { readonly type: NetType | undefined; readonly cell: (type: NetType) => Run };
}

export interface Resolution {
  readonly method: Method;
  /** Type arguments of the owner and of the method. */
  readonly scope: ReadonlyMap<string, NetType>;
  readonly returns: NetType;
  /** One for each parameter, converted to its type. */
  readonly runs: readonly Run[];
}

interface Applicable {
  readonly method: Method;
  readonly scope: ReadonlyMap<string, NetType>;
  readonly pairings: readonly Paired[];
  readonly usesParams: boolean;
  readonly omitted: number;
}

interface Paired extends Pairing {
  readonly argument: Argument;
  readonly closed: NetType;
}

/**
 * Chooses the overload that C# would (C# language specification, 12.6.4). `levels` holds the candidates, those of the
 * most derived type first; `wanted` says in an error what was called.
 */
export function resolveOverload(
  levels: readonly (readonly Method[])[],
  args: readonly Argument[],
  typeArguments: readonly NetType[],
  scope: Scope,
  node: Syntax,
  wanted: string,
): Resolution {
  for (const level of levels) {
    const applicable = level.flatMap((method) => applicableForms(method, args, typeArguments));
    const best = bestOf(applicable);
    if (best) return finish(best);
    if (applicable.length > 1) scope.fail(node, `the call of ${wanted} is ambiguous`);
  }
  const problem = args.map(({ bound }) => bound?.lambda?.problem).find((found) => found !== undefined);
  if (problem) throw problem;
  return scope.fail(node, noOverload(levels.flat(), args, wanted));
}

function noOverload(methods: readonly Method[], args: readonly Argument[], wanted: string): string {
  const only = methods.length === 1 ? methods[0] : undefined;
  if (only && only.member.generics.length === 0) {
    const parameters = only.member.parameters;
    const bad = args.findIndex(
      (argument, i) =>
        parameters[i]?.mode === 'value' &&
        argument.bound &&
        !converted(argument.bound, parameters[i].type.substitute(only.scope)),
    );
    if (bad !== -1 && args.length <= parameters.length) {
      return `argument ${bad + 1} of ${wanted}: cannot convert from '${describe(args[bad]!.bound!)}' to '${parameters[bad]!.type.substitute(only.scope).name}'`;
    }
  }
  const given = args
    .map(({ bound, out }) => (out ? `out ${out.type?.name ?? 'var'}` : bound ? describe(bound) : '?'))
    .join(', ');
  return `${wanted} has no form that takes (${given})`;
}

/** A method as it can take the arguments: as declared, and with a `params` array filled one by one. */
function applicableForms(method: Method, args: readonly Argument[], typeArguments: readonly NetType[]): Applicable[] {
  const forms = [pair(method, args, false)];
  if (method.member.parameters.at(-1)?.mode === 'params') forms.push(pair(method, args, true));
  return forms.flatMap((form) => {
    const result = form && applicable(method, form, typeArguments);
    return result ? [result] : [];
  });
}

interface Form {
  readonly pairings: readonly (Pairing & { argument: Argument })[];
  readonly usesParams: boolean;
  readonly omitted: number;
}

function pair(method: Method, args: readonly Argument[], usesParams: boolean): Form | undefined {
  const { parameters } = method.member;
  const pairings: (Pairing & { argument: Argument })[] = [];
  const filled = new Set<Parameter>();
  for (const [i, argument] of args.entries()) {
    const positional = usesParams && i >= parameters.length - 1 ? parameters.at(-1) : parameters[i];
    const parameter = argument.name === undefined ? positional : parameters.find(({ name }) => name === argument.name);
    if (!parameter || (argument.out !== undefined) !== (parameter.mode === 'out')) return undefined;
    const isElement = usesParams && parameter.mode === 'params';
    if (filled.has(parameter) && !isElement) return undefined;
    filled.add(parameter);
    const type = isElement ? parameter.type.args[0]! : parameter.type;
    pairings.push({ argument, parameter, type, bound: argument.bound });
  }
  const missing = parameters.filter(
    (parameter) => !filled.has(parameter) && !(usesParams && parameter.mode === 'params'),
  );
  if (missing.some(({ fallback }) => !fallback)) return undefined;
  return { pairings, usesParams, omitted: missing.length };
}

function applicable(method: Method, form: Form, typeArguments: readonly NetType[]): Applicable | undefined {
  const { generics } = method.member;
  let types = method.scope;
  if (typeArguments.length > 0) {
    if (typeArguments.length !== generics.length) return undefined;
    types = new Map([...types, ...generics.map((name, i) => [name, typeArguments[i]!] as const)]);
  } else if (generics.length > 0) {
    const inferred = inferTypes(generics, method.scope, form.pairings);
    if (!inferred) return undefined;
    types = new Map([...types, ...inferred]);
  }
  const pairings: Paired[] = [];
  for (const pairing of form.pairings) {
    const closed = pairing.type.substitute(types);
    const { out } = pairing.argument;
    if (out ? out.type && out.type !== closed : !converted(pairing.bound!, closed)) return undefined;
    pairings.push({ ...pairing, closed });
  }
  return { method, scope: types, pairings, usesParams: form.usesParams, omitted: form.omitted };
}

function bestOf(candidates: readonly Applicable[]): Applicable | undefined {
  if (candidates.length <= 1) return candidates[0];
  const best = candidates.filter((one) => candidates.every((other) => other === one || isBetter(one, other)));
  return best.length === 1 ? best[0] : undefined;
}

function isBetter(one: Applicable, other: Applicable): boolean {
  let better = false;
  let worse = false;
  for (const [i, pairing] of one.pairings.entries()) {
    const order = compareTargets(pairing, other.pairings[i]!.closed);
    if (order > 0) better = true;
    if (order < 0) worse = true;
  }
  if (better !== worse) return better;
  if (worse) return false;
  const generic = (candidate: Applicable) => (candidate.method.member.generics.length > 0 ? 1 : 0);
  if (generic(one) !== generic(other)) return generic(one) < generic(other);
  if (one.usesParams !== other.usesParams) return other.usesParams;
  if (one.omitted !== other.omitted) return one.omitted < other.omitted;
  return isMoreSpecific(one, other);
}

/** Above zero when the argument goes better to its own target than to `other`. */
function compareTargets({ bound, closed }: Paired, other: NetType): number {
  if (closed === other || !bound) return 0;
  if (bound.type === closed) return 1;
  if (bound.type === other) return -1;
  if (bound.lambda) return compareLambdas(bound, closed, other);
  const there = converts(closed, other);
  const back = converts(other, closed);
  if (there !== back) return there ? 1 : -1;
  return isNumeric(closed.name) && isNumeric(other.name) ? signedness(closed) - signedness(other) : 0;
}

function converts(from: NetType, to: NetType): boolean {
  return implicitConversion(from, to) !== undefined;
}

/** C# prefers a signed integer to an unsigned one. */
function signedness(type: NetType): number {
  return ['sbyte', 'short', 'int', 'long'].includes(type.name) ? 1 : 0;
}

function compareLambdas(bound: Bound, one: NetType, other: NetType): number {
  const [first, second] = [delegateShape(one), delegateShape(other)];
  if (!first || !second) return 0;
  if (first.returns === second.returns) return 0;
  const returns = bound.lambda!.bind(first.parameters, undefined)?.returns;
  if (returns === first.returns) return 1;
  if (returns === second.returns) return -1;
  return Number(converts(first.returns, second.returns)) - Number(converts(second.returns, first.returns));
}

/** A parameter that names its types beats one that leaves them to type parameters. */
function isMoreSpecific(one: Applicable, other: Applicable): boolean {
  const openness = (type: NetType): number =>
    type.definition.kind === 'parameter' ? 1 : type.args.reduce((sum, arg) => sum + openness(arg), 0);
  const total = (candidate: Applicable) => candidate.pairings.reduce((sum, { type }) => sum + openness(type), 0);
  return total(one) < total(other);
}

function finish(chosen: Applicable): Resolution {
  const { method, pairings, scope: types } = chosen;
  const runs = method.member.parameters.map((parameter): Run => {
    const given = pairings.filter((pairing) => pairing.parameter === parameter);
    if (parameter.mode === 'params' && chosen.usesParams) return paramsArray(parameter.type.substitute(types), given);
    const [pairing] = given;
    if (!pairing) {
      const value = parameter.fallback!.value;
      return () => value;
    }
    const { out } = pairing.argument;
    return out ? out.cell(pairing.closed) : converted(pairing.bound!, pairing.closed)!.run;
  });
  return { method, scope: types, returns: method.member.returns.substitute(types), runs };
}

function paramsArray(type: NetType, given: readonly Paired[]): Run {
  const element = type.args[0]!;
  const runs = given.map(({ bound, closed }) => converted(bound!, closed)!.run);
  return (frame) =>
    netArray(
      element,
      runs.map((run) => run(frame)),
    );
}
