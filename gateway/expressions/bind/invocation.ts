import { boxing } from '../runtime/value.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import type { NetType } from '../type.ts';
import { bindArguments } from './arguments.ts';
import { type Bound, type Frame, type Method, type Run, SHORT, voidType } from './bound.ts';
import { callableOf, directCall } from './callable.ts';
import { convert } from './convert.ts';
import { delegateShape } from './delegates.ts';
import { bindLink } from './expression.ts';
import { constant } from './literals.ts';
import { extensions } from './lookup.ts';
import { onReceiver } from './members.ts';
import { type Argument, resolveOverload, type Resolution } from './overloads.ts';
import type { Local, LocalSignature, Scope } from './scope.ts';

/** A call: of a method, of a local function, or of a variable that holds a delegate. */
export function bindInvocation(node: Syntax, scope: Scope): Bound {
  const target = field(node, 'function');
  const list = field(node, 'arguments');
  if (target.kind === 'identifier') {
    const local = scope.lookup(target.text);
    if (local?.signature) return callLocalFunction(local, local.signature, bindArguments(list, scope), node, scope);
    if (!local && target.text === 'nameof') return nameOf(list, node, scope);
    if (!local) scope.fail(target, `the method '${target.text}' does not exist here`);
  }
  const called = bindLink(target, scope);
  const args = bindArguments(list, scope);
  if (called.methods) return callMethod(called, args, node, scope);
  return callDelegate(called, args, node, scope);
}

function nameOf(list: Syntax, node: Syntax, scope: Scope): Bound {
  const named = parts(parts(list)[0] ?? node)[0];
  const name = named && /(\w+)\s*$/.exec(named.text)?.[1];
  return name ? constant('string', name, node) : scope.fail(node, 'nameof needs a name');
}

function callMethod(called: Bound, args: Argument[], node: Syntax, scope: Scope): Bound {
  const { name, receiver, levels, typeArguments } = called.methods!;
  const wanted = receiver ? `'${receiver.type.name}.${name}'` : `'${name}'`;
  if (!receiver) return callStatic(resolveOverload(levels, args, typeArguments, scope, node, wanted), node);
  const extended = extensions(name);
  if (extended.length === 0)
    return callInstance(receiver, resolveOverload(levels, args, typeArguments, scope, node, wanted), node);
  const instance =
    levels.length > 0 ? attempt(() => resolveOverload(levels, args, typeArguments, scope, node, wanted)) : undefined;
  if (instance?.resolution) return callInstance(receiver, instance.resolution, node);
  const whole = [{ node: receiver.node, bound: plainReceiver(receiver) }, ...args];
  const extension = attempt(() => resolveOverload([extended], whole, typeArguments, scope, node, wanted));
  if (extension.resolution) return callExtension(receiver, extension.resolution, node);
  throw (instance ?? extension).problem;
}

function attempt(resolve: () => Resolution): { resolution?: Resolution; problem?: unknown } {
  try {
    return { resolution: resolve() };
  } catch (problem) {
    return { problem };
  }
}

/** The receiver as the extension method's first argument; the end of a `?.` chain is dealt with around the call. */
function plainReceiver(receiver: Bound): Bound {
  return { type: receiver.type, node: receiver.node, run: receiver.run };
}

function callStatic(resolution: Resolution, node: Syntax): Bound {
  const { method, runs, returns, scope: types } = resolution;
  return { type: voidAware(returns), node, run: staticRun(method, types, runs) };
}

function staticRun(method: Method, types: ReadonlyMap<string, NetType>, runs: readonly Run[]): Run {
  const direct = directCall(method.member, types);
  if (!direct) {
    const call = callableOf(method.member, types);
    return (frame) =>
      call(
        frame,
        runs.map((run) => run(frame)),
      );
  }
  const [a, b, c] = runs;
  switch (runs.length) {
    case 0:
      return () => direct();
    case 1:
      return (frame) => direct(a!(frame));
    case 2:
      return (frame) => direct(a!(frame), b!(frame));
    case 3:
      return (frame) => direct(a!(frame), b!(frame), c!(frame));
    default:
      return (frame) => direct(...runs.map((run) => run(frame)));
  }
}

function callInstance(given: Bound, resolution: Resolution, node: Syntax): Bound {
  const { method, runs, returns, scope: types } = resolution;
  const receiver = asReceiver(given, method);
  const shortable = receiver.shortable ? { shortable: true } : {};
  const direct = directCall(method.member, types);
  const call = callableOf(method.member, types);
  const [a, b] = runs;
  let use: (value: unknown, frame: Frame) => unknown;
  if (!direct) use = (value, frame) => call(frame, [value, ...runs.map((run) => run(frame))]);
  else if (runs.length === 0) use = (value) => direct(value);
  else if (runs.length === 1) use = (value, frame) => direct(value, a!(frame));
  else if (runs.length === 2) use = (value, frame) => direct(value, a!(frame), b!(frame));
  else use = (value, frame) => direct(value, ...runs.map((run) => run(frame)));
  return { type: voidAware(returns), node, run: onReceiver(receiver, use), ...shortable };
}

/** A value on which a member of `object` is called is boxed first. */
function asReceiver(receiver: Bound, method: Method): Bound {
  const apply = method.member.owner.kind === 'class' ? boxing(receiver.type) : undefined;
  if (!apply) return receiver;
  const { run } = receiver;
  return {
    ...receiver,
    run: (frame) => {
      const value = run(frame);
      return value === SHORT ? SHORT : apply(value);
    },
  };
}

function callExtension(receiver: Bound, resolution: Resolution, node: Syntax): Bound {
  const { method, runs, returns, scope: types } = resolution;
  if (!receiver.shortable) return { type: voidAware(returns), node, run: staticRun(method, types, runs) };
  const [first, ...rest] = runs;
  const call = callableOf(method.member, types);
  const run: Run = (frame) => {
    if (receiver.run(frame) === SHORT) return SHORT;
    return call(frame, [first!(frame), ...rest.map((arg) => arg(frame))]);
  };
  return { type: voidAware(returns), node, run, shortable: true };
}

function voidAware(type: NetType): NetType {
  return type.name === 'void' ? voidType : type;
}

function callDelegate(called: Bound, args: Argument[], node: Syntax, scope: Scope): Bound {
  const shape = delegateShape(called.type);
  if (!shape) scope.fail(node, `'${called.node.text}' cannot be called: it is a '${called.type.name}'`);
  if (args.length !== shape.parameters.length)
    scope.fail(node, `'${called.node.text}' takes ${shape.parameters.length} arguments`);
  const runs = args.map(({ bound, node: at }, i) =>
    bound ? convert(bound, shape.parameters[i]!, scope).run : scope.fail(at, 'out is not expected here'),
  );
  const run = onReceiver(called, (value, frame) =>
    (value as (...given: unknown[]) => unknown)(...runs.map((arg) => arg(frame))),
  );
  return { type: shape.returns, node, run };
}

function callLocalFunction(
  local: Local,
  signature: LocalSignature,
  args: Argument[],
  node: Syntax,
  scope: Scope,
): Bound {
  const { parameters, returns } = signature;
  const slot = scope.body.slotOf(local);
  const runs = parameters.map((parameter, i): Run => {
    const argument =
      args.find(({ name }) => name === parameter.name) ?? (args[i]?.name === undefined ? args[i] : undefined);
    if (argument?.bound) return convert(argument.bound, parameter.type, scope).run;
    if (!parameter.fallback) return scope.fail(node, `'${local.name}' needs an argument for '${parameter.name}'`);
    const { value } = parameter.fallback;
    return () => value;
  });
  if (args.length > parameters.length) scope.fail(node, `'${local.name}' takes ${parameters.length} arguments`);
  const run: Run = (frame) =>
    (frame.cells[slot]!.v as (...given: unknown[]) => unknown)(...runs.map((arg) => arg(frame)));
  return { type: returns, node, run };
}
