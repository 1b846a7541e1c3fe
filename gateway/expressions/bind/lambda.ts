import { ExpressionError } from '../errors.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import type { NetType } from '../type.ts';
import { type Bound, type Frame, lambdaType, type LambdaSource, type Run, voidType } from './bound.ts';
import { commonType, convert } from './convert.ts';
import { bindExpression } from './expression.ts';
import { within } from './flow.ts';
import type { Scope } from './scope.ts';
import { bindBlock } from './statements.ts';
import { bindType } from './types.ts';

interface LambdaParameter {
  readonly node: Syntax;
  readonly name: string;
  readonly type: Syntax | undefined;
}

/** `x => …` and `(x, y) => { … }`. It is bound when the delegate type is known that it is to have. */
export function bindLambda(node: Syntax, scope: Scope): Bound {
  if (node.children.some((child) => child.kind === 'modifier'))
    scope.fail(node, 'async and static lambdas are not supported');
  return lambda(node, lambdaParameters(field(node, 'parameters')), field(node, 'body'), scope);
}

/** `delegate (T x) { … }`. */
export function bindAnonymousMethod(node: Syntax, scope: Scope): Bound {
  const list = node.fields.get('parameters');
  return lambda(node, list ? lambdaParameters(list) : [], parts(node).at(-1)!, scope);
}

function lambdaParameters(list: Syntax): LambdaParameter[] {
  if (list.kind === 'implicit_parameter') return [{ node: list, name: list.text, type: undefined }];
  return parts(list).map((parameter) => {
    const name = parameter.fields.get('name') ?? parts(parameter).at(-1)!;
    return { node: parameter, name: name.text, type: parameter.fields.get('type') };
  });
}

function lambda(node: Syntax, parameters: readonly LambdaParameter[], body: Syntax, scope: Scope): Bound {
  let problem: ExpressionError | undefined;
  const source: LambdaSource = {
    parameterCount: parameters.length,
    get problem() {
      return problem;
    },
    bind(types, returns) {
      try {
        return within(scope, scope.unit.unassigned, () => bindBody(node, parameters, body, scope, types, returns))
          .result;
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        problem = error;
        return undefined;
      }
    },
  };
  return { type: lambdaType, node, run: () => scope.fail(node, 'a lambda needs a delegate type'), lambda: source };
}

function bindBody(
  node: Syntax,
  parameters: readonly LambdaParameter[],
  body: Syntax,
  scope: Scope,
  types: readonly NetType[],
  returns: NetType | undefined,
): { run: Run; returns: NetType } {
  const inner = scope.function(returns);
  const slots = parameters.map((parameter, i) => {
    const type = parameter.type ? bindType(parameter.type, scope) : types[i]!;
    if (type !== types[i]) scope.fail(parameter.node, `parameter '${parameter.name}' is to be a '${types[i]!.name}'`);
    return inner.declare(parameter.node, parameter.name, type).slot;
  });
  if (body.kind === 'block') {
    const statements = bindBlock(body, inner);
    const found = returns ?? returnTypeOf(inner, node);
    return { run: functionRun(inner, slots, returnsFrom(statements)), returns: found };
  }
  const bound = bindExpression(body, inner);
  const value = returns && returns !== voidType ? convert(bound, returns, inner) : bound;
  return { run: functionRun(inner, slots, value.run), returns: returns ?? bound.type };
}

function returnTypeOf(scope: Scope, node: Syntax): NetType {
  const { returned } = scope.body;
  if (returned.length === 0) return voidType;
  return commonType(returned) ?? scope.fail(node, 'the results of the lambda have no common type');
}

/** Runs statements and gives what they returned. */
export function returnsFrom(statements: Run): Run {
  return (frame) => {
    statements(frame);
    return frame.returned;
  };
}

/** Makes, when run, the function: it shares the captured variables' cells and has its own for the rest. */
export function functionRun(scope: Scope, parameterSlots: readonly number[], body: Run): Run {
  const { captures } = scope.body;
  return (outer: Frame) => {
    const shared = captures.map(({ outer: slot, inner }) => [inner, outer.cells[slot]!] as const);
    return (...args: unknown[]) => {
      const frame: Frame = { context: outer.context, cells: [], returned: undefined };
      for (const [slot, cell] of shared) frame.cells[slot] = cell;
      scope.enter(frame);
      for (let i = 0; i < parameterSlots.length; i++) frame.cells[parameterSlots[i]!]!.v = args[i];
      return body(frame);
    };
  };
}
