import { nonNull } from '../runtime/value.ts';
import { explicitConversion } from '../conversions.ts';
import { field, type Syntax } from '../syntax.ts';
import { type NetType, typeNamed } from '../type.ts';
import type { Bound, Frame, Run } from './bound.ts';
import { asBool, convert, outcomeOf } from './convert.ts';
import { bindExpression } from './expression.ts';
import { allAssigned, meet, type Unassigned, within } from './flow.ts';
import type { Scope } from './scope.ts';
import { bindEmbedded, BREAK, type Completion, declareVariables, RETURN, type Statement } from './statements.ts';
import { bindType } from './types.ts';

function loopScope(scope: Scope): { scope: Scope; target: { ends: Unassigned[] } } {
  const target = { ends: [] as Unassigned[] };
  return { scope: scope.block({ inLoop: true, breakTarget: target }), target };
}

/** A condition that is missing or constantly true: the loop ends by break, return or throw alone. */
function isEndless(condition: Bound | undefined): boolean {
  return condition === undefined || condition.constant?.value === true;
}

export function bindWhile(node: Syntax, scope: Scope): Statement {
  const { scope: inner, target } = loopScope(scope);
  const bound = bindExpression(field(node, 'condition'), inner);
  const condition = asBool(bound, inner);
  const { whenTrue, whenFalse } = outcomeOf(bound, inner);
  const { result: body } = within(inner, whenTrue, () => bindEmbedded(field(node, 'body'), inner));
  inner.unit.unassigned = meet(whenFalse, ...target.ends);
  const run = inner.entering((frame: Frame): Completion => {
    while (condition(frame)) {
      const completion = body.run(frame);
      if (completion === BREAK) return undefined;
      if (completion === RETURN) return RETURN;
    }
    return undefined;
  });
  return { run, completes: !isEndless(bound) || target.ends.length > 0 };
}

export function bindDo(node: Syntax, scope: Scope): Statement {
  const { scope: inner, target } = loopScope(scope);
  const body = bindEmbedded(field(node, 'body'), inner);
  const bound = bindExpression(field(node, 'condition'), inner);
  const condition = asBool(bound, inner);
  inner.unit.unassigned = meet(outcomeOf(bound, inner).whenFalse, ...target.ends);
  const run = inner.entering((frame: Frame): Completion => {
    do {
      const completion = body.run(frame);
      if (completion === BREAK) return undefined;
      if (completion === RETURN) return RETURN;
    } while (condition(frame));
    return undefined;
  });
  return { run, completes: (body.completes && !isEndless(bound)) || target.ends.length > 0 };
}

export function bindFor(node: Syntax, scope: Scope): Statement {
  const { scope: inner, target } = loopScope(scope);
  const sections = forSections(node);
  const starts = sections.initializers.map((part): Run =>
    part.kind === 'variable_declaration' ? declareVariables(part, inner).run : bindExpression(part, inner).run,
  );
  const bound = sections.condition && bindExpression(sections.condition, inner);
  const condition = bound && asBool(bound, inner);
  const outcome = bound ? outcomeOf(bound, inner) : { whenTrue: inner.unit.unassigned, whenFalse: allAssigned };
  const { result } = within(inner, outcome.whenTrue, () => ({
    body: bindEmbedded(field(node, 'body'), inner),
    updates: sections.updates.map((part) => bindExpression(part, inner).run),
  }));
  const { body, updates } = result;
  inner.unit.unassigned = meet(outcome.whenFalse, ...target.ends);
  const run = inner.entering((frame: Frame): Completion => {
    for (const start of starts) start(frame);
    while (!condition || condition(frame)) {
      const completion = body.run(frame);
      if (completion === BREAK) return undefined;
      if (completion === RETURN) return RETURN;
      for (const update of updates) update(frame);
    }
    return undefined;
  });
  return { run, completes: !isEndless(bound) || target.ends.length > 0 };
}

/** The three parts between the parentheses, which semicolons divide. */
function forSections(node: Syntax): { initializers: Syntax[]; condition: Syntax | undefined; updates: Syntax[] } {
  const sections: Syntax[][] = [[]];
  const body = field(node, 'body');
  for (const child of node.children) {
    if (child === body) break;
    if (child.kind === ';') sections.push([]);
    else if (child.named) sections.at(-1)!.push(child);
  }
  return { initializers: sections[0]!, condition: sections[1]?.[0], updates: sections[2] ?? [] };
}

export function bindForEach(node: Syntax, scope: Scope): Statement {
  const { scope: inner } = loopScope(scope);
  const typeNode = node.fields.get('type');
  const name = field(node, 'left');
  if (!typeNode || name.kind !== 'identifier') return scope.fail(node, 'foreach needs one variable with its type');
  const items = enumerated(bindExpression(field(node, 'right'), scope), scope);
  const type = typeNode.kind === 'implicit_type' ? items.element : bindType(typeNode, scope);
  const adapt = elementConversion(items.element, type, node, scope);
  const { slot } = inner.declare(name, name.text, type, { isReadOnly: true });
  const { result: body } = within(inner, inner.unit.unassigned, () => bindEmbedded(field(node, 'body'), inner));
  const run = (frame: Frame): Completion => {
    for (const item of items.run(frame) as Iterable<unknown>) {
      inner.enter(frame);
      frame.cells[slot]!.v = adapt ? adapt(item) : item;
      const completion = body.run(frame);
      if (completion === BREAK) return undefined;
      if (completion === RETURN) return RETURN;
    }
    return undefined;
  };
  return { run, completes: true };
}

function elementConversion(
  element: NetType,
  type: NetType,
  node: Syntax,
  scope: Scope,
): ((value: unknown) => unknown) | undefined {
  if (element === type) return undefined;
  const conversion = explicitConversion(element, type, false);
  if (!conversion) return scope.fail(node, `cannot convert type '${element.name}' to '${type.name}'`);
  return conversion.apply;
}

/** The elements that foreach and queries go through, and their type. */
export function enumerated(bound: Bound, scope: Scope): { element: NetType; run: Run } {
  const { definition } = bound.type;
  const preferred = definition.enumerates && typeNamed(definition.enumerates);
  const sequence = bound.type.ancestors.find(
    (type) =>
      type.definition.name === 'IEnumerable' && type.args.length === 1 && (!preferred || type.args[0] === preferred),
  );
  if (!sequence) return scope.fail(bound.node, `'${bound.type.name}' cannot be gone through with foreach`);
  const view = convert(bound, sequence, scope);
  return { element: sequence.args[0]!, run: (frame) => nonNull(view.run(frame)) };
}
