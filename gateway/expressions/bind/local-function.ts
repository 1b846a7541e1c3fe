import { field, parts, type Syntax } from '../syntax.ts';
import { type Frame, voidType } from './bound.ts';
import { convert } from './convert.ts';
import { bindExpression } from './expression.ts';
import { allAssigned, within } from './flow.ts';
import { functionRun, returnsFrom } from './lambda.ts';
import type { LocalSignature, Scope } from './scope.ts';
import { bindBlock, type Statement } from './statements.ts';
import { bindType } from './types.ts';

/** Makes the local functions of a block known before its statements, since they may be called from above. */
export function hoistLocalFunctions(nodes: readonly Syntax[], scope: Scope): void {
  for (const node of nodes) {
    if (node.kind !== 'local_function_statement') continue;
    const name = field(node, 'name');
    scope.declare(name, name.text, voidType, { signature: signatureOf(node, scope) });
  }
}

function signatureOf(node: Syntax, scope: Scope): LocalSignature {
  if (node.fields.has('type_parameters'))
    scope.fail(node, 'generic local functions are not supported by the local gateway');
  const written = field(node, 'type');
  const returns = written.text === 'void' ? voidType : bindType(written, scope);
  const parameters = parts(field(node, 'parameters')).map((parameter) => {
    const type = bindType(field(parameter, 'type'), scope);
    const fallback = parameter.children.some(({ kind }) => kind === '=') ? parts(parameter).at(-1) : undefined;
    const name = field(parameter, 'name').text;
    if (!fallback) return { name, type };
    const { constant } = convert(bindExpression(fallback, scope), type, scope);
    if (!constant) return scope.fail(fallback, `the default of '${name}' must be a constant`);
    return { name, type, fallback: constant };
  });
  return { parameters, returns };
}

/** Binds the function; calls that stand above it work because the block's functions are made first. */
export function declareLocalFunction(node: Syntax, scope: Scope): Statement {
  const local = scope.lookup(field(node, 'name').text)!;
  const { parameters, returns } = local.signature!;
  const inner = scope.function(returns);
  const slots = parameters.map(({ name, type }) => inner.declare(node, name, type).slot);
  const body = field(node, 'body');
  // What has a value depends on where the function is called; that is not followed.
  const { result: run } = within(scope, allAssigned, () =>
    body.kind === 'block' ? returnsFrom(bindBlock(body, inner)) : arrow(parts(body)[0]!, inner, returns === voidType),
  );
  const make = functionRun(inner, slots, run);
  scope.starts.push((frame: Frame) => {
    frame.cells[local.slot]!.v = make(frame);
  });
  return { run: () => undefined, completes: true };
}

function arrow(expression: Syntax, scope: Scope, isVoid: boolean) {
  const bound = bindExpression(expression, scope);
  return isVoid ? bound.run : convert(bound, scope.body.returns!, scope).run;
}
