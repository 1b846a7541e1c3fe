import { field, parts, type Syntax } from '../syntax.ts';
import type { Frame } from './bound.ts';
import { asBool } from './convert.ts';
import { bindExpression } from './expression.ts';
import { bindPattern, type Matches } from './patterns.ts';
import { meet, type Unassigned, within } from './flow.ts';
import type { Scope } from './scope.ts';
import { bindStatements, BREAK, type Completion, type Statement } from './statements.ts';

/** The labels above one list of statements. Variables of their patterns live in the section alone. */
interface Section {
  readonly scope: Scope;
  readonly labels: Matches[];
  isDefault: boolean;
  statements: Statement | undefined;
}

/** `switch (value) { case …: … }`. As in C#, no section runs on into the next. */
export function bindSwitch(node: Syntax, scope: Scope): Statement {
  const target = { ends: [] as Unassigned[] };
  const value = bindExpression(field(node, 'value'), scope);
  const inner = scope.block({ breakTarget: target });
  const before = scope.unit.unassigned;
  const sections: Section[] = [];
  for (const label of parts(field(node, 'body'))) {
    if (!sections.at(-1) || sections.at(-1)!.statements) {
      sections.push({ scope: inner.block(), labels: [], isDefault: false, statements: undefined });
    }
    const section = sections.at(-1)!;
    if (label.children[0]!.kind === 'default') section.isDefault = true;
    else section.labels.push(bindLabel(label, value.type, section.scope));
    const body = statementsOf(label);
    if (body.length === 0) continue;
    section.statements = within(scope, before, () => bindStatements(body, section.scope.block())).result;
    if (section.statements.completes) {
      scope.fail(label, 'a switch section must end with break, return, continue or throw');
    }
  }
  const fallback = sections.find((section) => section.isDefault);
  scope.unit.unassigned = meet(...target.ends, ...(fallback ? [] : [before]));
  const run = (frame: Frame): Completion => {
    const given = value.run(frame);
    const chosen = sections.find((section) => {
      section.scope.enter(frame);
      return section.labels.some((matches) => matches(frame, given));
    });
    const completion = (chosen ?? fallback)?.statements?.run(frame);
    return completion === BREAK ? undefined : completion;
  };
  return { run, completes: !fallback || target.ends.length > 0 };
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
  const { matches } = bindPattern(asPattern, type, scope);
  if (!when) return matches;
  const condition = asBool(bindExpression(parts(when)[0]!, scope), scope);
  return (frame, value) => matches(frame, value) && (condition(frame) as boolean);
}

function constantPattern(expression: Syntax): Syntax {
  return { ...expression, kind: 'constant_pattern', children: [expression], fields: new Map() };
}
