import { isInstance } from '../conversions.ts';
import { NetException } from '../exceptions.ts';
import { field, parts, type Syntax } from '../syntax.ts';
import { derives, type NetType, typeNamed } from '../type.ts';
import type { Frame, Run } from './bound.ts';
import { asBool } from './convert.ts';
import { bindExpression } from './expression.ts';
import { meet, within } from './flow.ts';
import type { Scope } from './scope.ts';
import { bindStatement, caughtName, type Completion, type Statement } from './statements.ts';
import { bindType } from './types.ts';

interface Catch {
  readonly type: NetType;
  readonly slot: number;
  readonly filter: Run | undefined;
  readonly body: Statement;
  readonly scope: Scope;
}

/** `try`, with its `catch` and `finally` clauses. Only exceptions of expressions are caught, never faults of the gateway. */
export function bindTry(node: Syntax, scope: Scope): Statement {
  const before = scope.unit.unassigned;
  const tried = within(scope, before, () => bindStatement(field(node, 'body'), scope));
  const body = tried.result;
  const clauses = parts(node)
    .filter(({ kind }) => kind === 'catch_clause')
    .map((clause) => within(scope, before, () => bindCatch(clause, scope)));
  const catches = clauses.map(({ result }) => result);
  const last = parts(node).find(({ kind }) => kind === 'finally_clause');
  const ending = within(scope, before, () => last && bindStatement(parts(last)[0]!, scope));
  const finish = ending.result;
  const ends = clauses.flatMap(({ result, end }) => (result.body.completes ? [end] : []));
  const afterwards = meet(...(body.completes ? [tried.end] : []), ...ends);
  scope.unit.unassigned = new Set([...afterwards].filter((local) => ending.end.has(local)));
  if (catches.length === 0 && !finish) scope.fail(node, 'try needs a catch or a finally');

  const guarded = (frame: Frame): Completion => {
    try {
      return body.run(frame);
    } catch (error) {
      if (!(error instanceof NetException)) throw error;
      for (const clause of catches) {
        if (!isInstance(error, clause.type)) continue;
        clause.scope.enter(frame);
        frame.cells[clause.slot]!.v = error;
        if (!clause.filter || clause.filter(frame)) return clause.body.run(frame);
      }
      throw error;
    }
  };
  const completes = (body.completes || catches.some((clause) => clause.body.completes)) && (finish?.completes ?? true);
  if (!finish) return { run: guarded, completes };
  const run = (frame: Frame): Completion => {
    try {
      return guarded(frame);
    } finally {
      const kept = frame.returned;
      finish.run(frame);
      frame.returned = kept;
    }
  };
  return { run, completes };
}

function bindCatch(clause: Syntax, scope: Scope): Catch {
  const inner = scope.block({ inCatch: true });
  const declaration = parts(clause).find(({ kind }) => kind === 'catch_declaration');
  const filterNode = parts(clause).find(({ kind }) => kind === 'catch_filter_clause');
  const exception = typeNamed('Exception');
  const type = declaration ? bindType(field(declaration, 'type'), scope) : exception;
  if (!derives(type, exception)) scope.fail(clause, `'${type.name}' is no exception`);
  const name = declaration?.fields.get('name');
  const local = inner.declare(clause, name?.text ?? caughtName, type, { mayHide: !name });
  if (name) inner.alias(caughtName, local);
  const { slot } = local;
  const filter = filterNode && asBool(bindExpression(parts(filterNode)[0]!, inner), inner);
  const body = bindStatement(field(clause, 'body'), inner);
  return { type, slot, filter, body, scope: inner };
}
