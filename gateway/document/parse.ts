import { SaxesParser } from 'saxes';
import type { Problem } from '../errors.ts';
import type { Content, Element } from './element.ts';
import { isolateExpressions, restoreText } from './isolate.ts';
import { positions } from './lines.ts';
import { scanExpression, startsExpression } from './scan.ts';

interface Growing {
  name: string;
  start: number;
  /** Where the content begins, after the start tag. */
  inside: number;
  attributes: Map<string, Content>;
  children: Element[];
  text: string;
  /** Where the first text that is more than white space begins. */
  textStart: number | undefined;
}

/**
 * Parses a policy document as it is written: XML whose attributes and texts may be C# expressions with raw `<`, `&` and
 * quotation marks in them. Returns the root element, or what is wrong with the document.
 */
export function parseDocument(document: string, written: string): Element | Problem[] {
  const source = written.replace(/^\uFEFF/, '');
  const position = positions(source);
  const problems: Problem[] = [];
  const wrong = (offset: number, message: string) => problems.push({ document, line: position(offset).line, message });

  const { text, expressions, unclosed } = isolateExpressions(source);
  if (unclosed !== undefined) {
    wrong(unclosed, 'this expression has no closing bracket');
    return problems;
  }

  const content = (raw: string, line: number, offset: number): Content => {
    const trimmed = raw.trim();
    const expression = expressions.get(trimmed);
    if (expression) return { kind: 'expression', text: expression.source, line: position(expression.start).line };
    for (const [mark, { start }] of expressions) {
      if (trimmed.includes(mark)) wrong(start, 'an expression must be the whole value, with no text beside it');
    }
    const literal = restoreText(raw);
    if (!startsExpression(literal.trim(), 0)) return { kind: 'literal', text: literal, line };
    // Only CDATA gets here: its text is plain, so it is looked at after XML has been parsed.
    const scanned = scanExpression(literal.trim(), 0, false);
    if (scanned?.end !== literal.trim().length)
      wrong(offset, 'this expression has no closing bracket, or text behind it');
    return { kind: 'expression', text: literal.trim(), line };
  };

  const parser = new SaxesParser({ xmlns: false });
  const open: Growing[] = [];
  let root: Element | undefined;
  parser.on('error', (error) => {
    if (problems.length === 0) wrong(parser.position, error.message.replace(/^\d+:\d+: /, 'not well-formed XML: '));
  });
  parser.on('doctype', () => wrong(parser.position, 'a policy document has no DOCTYPE'));
  parser.on('opentagstart', ({ name }) => {
    const start = text.lastIndexOf('<', parser.position - 1);
    open.push({ name, start, inside: 0, attributes: new Map(), children: [], text: '', textStart: undefined });
  });
  parser.on('opentag', ({ attributes }) => {
    const element = open.at(-1)!;
    element.inside = parser.position;
    const { line } = position(element.start);
    for (const [name, value] of Object.entries(attributes))
      element.attributes.set(name, content(value, line, element.start));
  });
  const addText = (added: string) => {
    const element = open.at(-1);
    if (!element) return;
    element.text += added;
    if (element.textStart !== undefined || added.trim() === '') return;
    const start = text.lastIndexOf('>', parser.position - 2) + 1;
    element.textStart = start + /^\s*/.exec(text.slice(start))![0].length;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const { start, inside, text: ownText, textStart, ...element } = open.pop()!;
    const end = text.lastIndexOf('</', parser.position - 1);
    const finished: Element = {
      ...element,
      ...position(start),
      text: content(ownText, position(textStart ?? inside).line, inside),
      inner: end >= inside ? source.slice(inside, end) : '',
    };
    if (open.length > 0) open.at(-1)!.children.push(finished);
    else root = finished;
  });
  parser.write(text).close();
  if (problems.length > 0) return problems;
  return root ?? [{ document, line: 1, message: 'the document is empty' }];
}
