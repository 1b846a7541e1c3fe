import { defaultOf } from '../runtime/value.ts';
import { field, hasToken, parts, type Syntax } from '../syntax.ts';
import { type Frame, isUntyped, type Run, voidType } from './bound.ts';
import { throwing } from './conditional.ts';
import { asBool, convert, outcomeOf } from './convert.ts';
import { arrayFrom } from './creation.ts';
import { bindExpression } from './expression.ts';
import { declareUnassigned, meet, within } from './flow.ts';
import { declareLocalFunction, hoistLocalFunctions } from './local-function.ts';
import { bindDo, bindFor, bindForEach, bindWhile } from './loops.ts';
import type { Scope } from './scope.ts';
import { bindSwitch } from './switch.ts';
import { bindTry } from './try.ts';
import { bindType } from './types.ts';

/** How a statement ended: normally (undefined), or by a jump that its surroundings deal with. */
export type Completion = typeof BREAK | typeof CONTINUE | typeof RETURN | undefined;
export const BREAK: unique symbol = Symbol('break');
export const CONTINUE: unique symbol = Symbol('continue');
export const RETURN: unique symbol = Symbol('return');

export interface Statement {
  readonly run: (frame: Frame) => Completion;
  /** Whether what follows can be reached. */
  readonly completes: boolean;
}

type BindStatement = (node: Syntax, scope: Scope) => Statement;

const binders: Readonly<Record<string, BindStatement>> = {
  block: (node, scope) => bindStatements(parts(node), scope.block()),
  empty_statement: () => ({ run: () => undefined, completes: true }),
  expression_statement: bindExpressionStatement,
  local_declaration_statement: bindDeclaration,
  local_function_statement: declareLocalFunction,
  if_statement: bindIf,
  while_statement: bindWhile,
  do_statement: bindDo,
  for_statement: bindFor,
  foreach_statement: bindForEach,
  switch_statement: bindSwitch,
  try_statement: bindTry,
  using_statement: bindUsing,
  return_statement: bindReturn,
  throw_statement: bindThrowStatement,
  break_statement: bindBreak,
  continue_statement: bindContinue,
  checked_statement: (node, scope) =>
    bindStatement(parts(node)[0]!, scope.block({ isChecked: node.children[0]!.kind === 'checked' })),
};

/** Binds one statement. Throws ExpressionError for what is wrong or not supported. */
export function bindStatement(node: Syntax, scope: Scope): Statement {
  const bind = binders[node.kind];
  return bind
    ? bind(node, scope)
    : scope.fail(node, `${node.kind.replaceAll('_', ' ')} is not supported by the local gateway`);
}

/** A statement in a scope of its own, as the branches of `if` and the bodies of loops are. */
export function bindEmbedded(node: Syntax, scope: Scope): Statement {
  return node.kind === 'block' ? bindStatement(node, scope) : bindStatements([node], scope.block());
}

/** Binds a body whose every path must return, unless it returns nothing. */
export function bindBlock(node: Syntax, scope: Scope): Run {
  const statement = bindStatements(parts(node), scope.block());
  const returnsValue = scope.body.returns ? scope.body.returns !== voidType : scope.body.returned.length > 0;
  if (statement.completes && returnsValue) scope.fail(node, 'not all code paths return a value');
  return (frame) => statement.run(frame);
}

/** Binds a list of statements in a scope of their own. */
export function bindStatements(nodes: readonly Syntax[], scope: Scope): Statement {
  hoistLocalFunctions(nodes, scope);
  const statements = nodes.map((node) => bindStatement(node, scope));
  const completes = statements.every((statement) => statement.completes);
  const [first, second, ...more] = statements;
  let run: (frame: Frame) => Completion;
  if (!first) run = () => undefined;
  else if (!second) run = (frame) => first.run(frame);
  else if (more.length === 0) run = (frame) => first.run(frame) ?? second.run(frame);
  else {
    run = (frame) => {
      for (const statement of statements) {
        const completion = statement.run(frame);
        if (completion) return completion;
      }
      return undefined;
    };
  }
  return { run: scope.entering(run), completes };
}

function bindExpressionStatement(node: Syntax, scope: Scope): Statement {
  const [expression] = parts(node);
  if (!expression) return scope.fail(node, 'the statement is empty');
  const { run } = bindExpression(expression, scope);
  return {
    run: (frame) => {
      run(frame);
      return undefined;
    },
    completes: true,
  };
}

/** `T name = value, other;` and `var name = value;`. */
export function bindDeclaration(node: Syntax, scope: Scope): Statement {
  const declaration = parts(node).find(({ kind }) => kind === 'variable_declaration')!;
  return declareVariables(declaration, scope);
}

export function declareVariables(declaration: Syntax, scope: Scope): Statement {
  const typeNode = field(declaration, 'type');
  const steps = parts(declaration)
    .filter(({ kind }) => kind === 'variable_declarator')
    .map((declarator) => declareVariable(declarator, typeNode, scope));
  const run = (frame: Frame): undefined => {
    for (const step of steps) step(frame);
  };
  return { run, completes: true };
}

function declareVariable(declarator: Syntax, typeNode: Syntax, scope: Scope): Run {
  const name = field(declarator, 'name');
  const value = hasToken(declarator, '=') ? parts(declarator).at(-1) : undefined;
  if (typeNode.kind === 'implicit_type') {
    if (!value) return scope.fail(declarator, `'var ${name.text}' needs a value`);
    const bound = bindExpression(value, scope);
    if (bound.type === voidType || isUntyped(bound.type)) {
      scope.fail(value, `'${value.text}' gives 'var ${name.text}' no type`);
    }
    return store(scope.declare(name, name.text, bound.type).slot, bound.run);
  }
  const type = bindType(typeNode, scope);
  if (!value) {
    const initial = defaultOf(type);
    const local = scope.declare(name, name.text, type);
    declareUnassigned(scope, local);
    return store(local.slot, () => initial);
  }
  const isArray = value.kind === 'initializer_expression' && type.isArray;
  const bound = isArray ? arrayFrom(value, type.args[0]!, value, scope) : bindExpression(value, scope);
  return store(scope.declare(name, name.text, type).slot, convert(bound, type, scope).run);
}

function store(slot: number, run: Run): Run {
  return (frame) => (frame.cells[slot]!.v = run(frame));
}

function bindIf(node: Syntax, scope: Scope): Statement {
  const bound = bindExpression(field(node, 'condition'), scope);
  const condition = asBool(bound, scope);
  const { whenTrue, whenFalse } = outcomeOf(bound, scope);
  const then = within(scope, whenTrue, () => bindEmbedded(field(node, 'consequence'), scope));
  const alternative = node.fields.get('alternative');
  const otherwise = within(scope, whenFalse, () => alternative && bindEmbedded(alternative, scope));
  const [first, second] = [then.result, otherwise.result];
  const thenCompletes = bound.constant?.value !== false && first.completes;
  const elseCompletes = bound.constant?.value !== true && (second?.completes ?? true);
  scope.unit.unassigned = meet(...(thenCompletes ? [then.end] : []), ...(elseCompletes ? [otherwise.end] : []));
  const run = (frame: Frame): Completion => (condition(frame) ? first.run(frame) : second?.run(frame));
  return { run, completes: thenCompletes || elseCompletes };
}

function bindReturn(node: Syntax, scope: Scope): Statement {
  const [expression] = parts(node);
  const { body } = scope;
  const { returns } = body;
  if (!expression) {
    if (returns && returns !== voidType) scope.fail(node, 'return needs a value here');
    return { run: () => RETURN, completes: false };
  }
  const bound = bindExpression(expression, scope);
  if (returns === voidType) scope.fail(node, 'return takes no value here');
  body.returned.push(bound);
  const { run } = returns ? convert(bound, returns, scope) : bound;
  return {
    run: (frame) => {
      frame.returned = run(frame);
      return RETURN;
    },
    completes: false,
  };
}

function bindThrowStatement(node: Syntax, scope: Scope): Statement {
  const [expression] = parts(node);
  if (expression) {
    const run = throwing(expression, scope);
    return { run: (frame) => run(frame) as undefined, completes: false };
  }
  const caught = scope.lookup(caughtName);
  if (!scope.context.inCatch || !caught) return scope.fail(node, 'throw without an exception belongs in a catch');
  const slot = scope.body.slotOf(caught);
  return {
    run: (frame) => {
      throw frame.cells[slot]!.v;
    },
    completes: false,
  };
}

/** The variable in which a catch keeps what it caught; no C# name has a space. */
export const caughtName = 'caught exception';

function bindBreak(node: Syntax, scope: Scope): Statement {
  const { breakTarget } = scope.context;
  if (!breakTarget) return scope.fail(node, 'break belongs in a loop or a switch');
  breakTarget.ends.push(scope.unit.unassigned);
  return { run: () => BREAK, completes: false };
}

function bindContinue(node: Syntax, scope: Scope): Statement {
  if (!scope.context.inLoop) return scope.fail(node, 'continue belongs in a loop');
  return { run: () => CONTINUE, completes: false };
}

/** `using (var x = …) { … }`: nothing in expressions holds a resource, so leaving it needs no work. */
function bindUsing(node: Syntax, scope: Scope): Statement {
  const inner = scope.block();
  const resource = parts(node)[0]!;
  const acquire =
    resource.kind === 'variable_declaration'
      ? declareVariables(resource, inner).run
      : bindExpression(resource, inner).run;
  const body = bindEmbedded(field(node, 'body'), inner);
  const run = inner.entering((frame: Frame) => {
    acquire(frame);
    return body.run(frame);
  });
  return { run, completes: body.completes };
}
