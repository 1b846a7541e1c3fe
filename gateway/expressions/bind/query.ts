import { field, parts, type Syntax } from '../syntax.ts';
import type { Bound } from './bound.ts';
import { bindExpression } from './expression.ts';
import type { Scope } from './scope.ts';

/**
 * `from x in … where … orderby … select …`, rewritten to calls as C# does (C# language specification, 12.20.3). Queries
 * with more than one range variable (a second `from`, `let`, `join`, `into`) are refused.
 */
export function bindQuery(node: Syntax, scope: Scope): Bound {
  const [from, ...clauses] = parts(node);
  if (from!.fields.has('type')) scope.fail(from!, 'a type in a from clause is not supported by the local gateway');
  const name = field(from!, 'name').text;
  let source = parts(from!).at(-1)!;
  for (const clause of clauses) source = withClause(source, clause, name, scope);
  return bindExpression(source, scope);
}

function withClause(source: Syntax, clause: Syntax, name: string, scope: Scope): Syntax {
  switch (clause.kind) {
    case 'where_clause':
      return call(source, 'Where', [lambda(name, parts(clause)[0]!)]);
    case 'order_by_clause':
      return ordered(source, clause, name);
    case 'select_clause': {
      const selected = parts(clause)[0]!;
      return selected.text === name ? source : call(source, 'Select', [lambda(name, selected)]);
    }
    case 'group_clause': {
      const [element, key] = parts(clause);
      const selectors = element!.text === name ? [key!] : [key!, element!];
      return call(
        source,
        'GroupBy',
        selectors.map((selector) => lambda(name, selector)),
      );
    }
    default:
      return scope.fail(
        clause,
        `'${clause.text}' in a query is not supported by the local gateway; call the methods instead`,
      );
  }
}

function ordered(source: Syntax, clause: Syntax, name: string): Syntax {
  let result = source;
  let isFirst = true;
  clause.children.forEach((child, i) => {
    if (!child.named) return;
    const method = `${isFirst ? 'OrderBy' : 'ThenBy'}${clause.children[i + 1]?.kind === 'descending' ? 'Descending' : ''}`;
    result = call(result, method, [lambda(name, child)]);
    isFirst = false;
  });
  return result;
}

function make(
  kind: string,
  text: string,
  line: number,
  children: Syntax[],
  fields: Record<string, Syntax> = {},
): Syntax {
  return { kind, named: true, text, line, children, fields: new Map(Object.entries(fields)) };
}

function call(receiver: Syntax, method: string, lambdas: Syntax[]): Syntax {
  const { line } = receiver;
  const name = make('identifier', method, line, []);
  const access = make('member_access_expression', `${receiver.text}.${method}`, line, [receiver, name], {
    expression: receiver,
    name,
  });
  const args = lambdas.map((argument) => make('argument', argument.text, line, [argument]));
  const list = make('argument_list', '(…)', line, args);
  return make('invocation_expression', `${access.text}(…)`, line, [access, list], {
    function: access,
    arguments: list,
  });
}

function lambda(name: string, body: Syntax): Syntax {
  const parameters = make('implicit_parameter', name, body.line, []);
  return make('lambda_expression', `${name} => ${body.text}`, body.line, [parameters, body], { parameters, body });
}
