import { implicitConversion } from '../conversions.ts';
import type { Member } from '../signature.ts';
import { type NetType, typeNamed } from '../type.ts';
import { type Bound, type Method, voidType } from './bound.ts';
import { callableOf } from './callable.ts';

export interface DelegateShape {
  readonly parameters: readonly NetType[];
  readonly returns: NetType;
}

/** What a function of the delegate type takes and returns; undefined for types that are no delegates. */
export function delegateShape(type: NetType): DelegateShape | undefined {
  if (type.definition.kind !== 'delegate') return undefined;
  switch (type.definition.name) {
    case 'Func':
      return { parameters: type.args.slice(0, -1), returns: type.args.at(-1)! };
    case 'Action':
      return { parameters: type.args, returns: voidType };
    case 'Predicate':
      return { parameters: type.args, returns: typeNamed('bool') };
    case 'Comparison':
      return { parameters: [type.args[0]!, type.args[0]!], returns: typeNamed('int') };
    case 'Converter':
      return { parameters: [type.args[0]!], returns: type.args[1]! };
    default:
      return undefined;
  }
}

/** A method's name as a delegate, such as `int.Parse` where a `Func<string, int>` is asked for. */
export function groupAsDelegate(bound: Bound, to: NetType): Bound | undefined {
  const shape = delegateShape(to);
  const chosen = shape && chooseMethod(bound.methods!.levels.flat(), shape.parameters);
  if (!chosen || !returnsSuit(chosen.member, shape.returns)) return undefined;
  const call = callableOf(chosen.member, chosen.scope);
  const receiver = bound.methods!.receiver;
  const arity = shape.parameters.length;
  const run = (frame: Parameters<Bound['run']>[0]) => {
    const target = receiver?.run(frame);
    const given = (args: unknown[]) => args.slice(0, arity);
    return receiver
      ? (...args: unknown[]) => call(frame, [target, ...given(args)])
      : (...args: unknown[]) => call(frame, given(args));
  };
  return { type: to, node: bound.node, run };
}

function returnsSuit(member: Member, wanted: NetType): boolean {
  const conversion = wanted === voidType ? {} : implicitConversion(member.returns, wanted);
  return conversion !== undefined && conversion.apply === undefined;
}

/** The method that takes exactly these types; generic methods and conversions that change a value are left out. */
export function chooseMethod(methods: readonly Method[], parameters: readonly NetType[]): Method | undefined {
  const suits = (method: Method, fits: (given: NetType, wanted: NetType) => boolean) =>
    method.member.generics.length === 0 &&
    method.member.parameters.length === parameters.length &&
    method.member.parameters.every(
      ({ type, mode }, i) => mode !== 'out' && fits(parameters[i]!, type.substitute(method.scope)),
    );
  const sameCarrier = (given: NetType, wanted: NetType) => {
    const conversion = implicitConversion(given, wanted);
    return conversion !== undefined && !conversion.apply;
  };
  return (
    methods.find((method) => suits(method, (a, b) => a === b)) ?? methods.find((method) => suits(method, sameCarrier))
  );
}
