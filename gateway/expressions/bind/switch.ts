import { field, parts, type Syntax } from '../syntax.ts';
import { type Frame } from './bound.ts';
import { asBool } from './convert.ts';
import { bindExpression } from './expression.ts';
import { bindPattern, type Matches } from './patterns.ts';
import { type Scope } from './scope.ts';
import { bindStatement, BREAK, type Completion, type Statement } from './statements.ts';

interface Section {
  readonly labels: Matches[];
  readonly isDefault: boolean;
  readonly statements: Statement[];
}

/** `switch (value) { case …: … }`. As in C#, no section runs on into the next. */
export function bindSwitch(node: Syntax, scope: Scope): Statement {
  const target = { isUsed: false };
  const value = bindExpression(field(node, 'value'), scope);
  const inner = scope.block({ breakTarget: target });
  const sections: Section[] = [];
  let labels: Matches[] = [];
  let isDefault = false;
  for (const section of parts(field(node, 'body'))) {
    const body = statementsOf(section);
    if (section.children[0]!.kind === 'default') isDefault = true;
    else labels.push(bindLabel(section, value.type, inner));
    if (body.length === 0) continue;
    const statements = body.map((statement) => bindStatement(statement, inner));
    if (statements.every(({ completes }) => completes))
      scope.fail(section, 'a switch section must end with break, return, continue or throw');
    sections.push({ labels, isDefault, statements });
    labels = [];
    isDefault = false;
  }
  const fallback = sections.find((section) => section.isDefault);
  const run = inner.entering((frame: Frame): Completion => {
    const given = value.run(frame);
    const chosen = sections.find((section) => section.labels.some((matches) => matches(frame, given))) ?? fallback;
    if (!chosen) return undefined;
    for (const statement of chosen.statements) {
      const completion = statement.run(frame);
      if (completion) return completion === BREAK ? undefined : completion;
    }
    return undefined;
  });
  return { run, completes: !fallback || target.isUsed };
}

/** The label's parts come first: the pattern and its `when`. */
function labelParts(section: Syntax): Syntax[] {
  const colon = section.children.findIndex(({ kind }) => kind === ':');
  return section.children.slice(0, colon).filter(({ named }) => named);
}

function statementsOf(section: Syntax): Syntax[] {
  const colon = section.children.findIndex(({ kind }) => kind === ':');
  return section.children.slice(colon + 1).filter(({ named }) => named);
}

function bindLabel(section: Syntax, type: Parameters<typeof bindPattern>[1], scope: Scope): Matches {
  const [pattern, when] = labelParts(section);
  const asPattern =
    pattern!.kind.endsWith('_pattern') || pattern!.kind === 'discard' ? pattern! : constantPattern(pattern!);
  const matches = bindPattern(asPattern, type, scope);
  if (!when) return matches;
  const condition = asBool(bindExpression(parts(when)[0]!, scope), scope);
  return (frame, value) => matches(frame, value) && (condition(frame) as boolean);
}

function constantPattern(expression: Syntax): Syntax {
  return { ...expression, kind: 'constant_pattern', children: [expression], fields: new Map() };
}
