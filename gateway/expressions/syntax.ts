import { createRequire } from 'node:module';
import { Language, Parser, type Node } from 'web-tree-sitter';
import { hidesTypeArguments, hideTypeArguments, showTypeArguments } from './generics.ts';

/** A node of the C# syntax tree, copied out of the parser's memory. Comments are left out. */
export interface Syntax {
  /** The grammar's node type; for keywords and punctuation the token itself. */
  readonly kind: string;
  readonly named: boolean;
  readonly text: string;
  /** Lines below the expression's first, from 0. */
  readonly line: number;
  readonly children: readonly Syntax[];
  readonly fields: ReadonlyMap<string, Syntax>;
}

/** The source is not C#; `line` counts from the expression's first line, which is 0. */
export class SyntaxProblem extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The named children: operands and clauses without punctuation. */
export function parts(node: Syntax): readonly Syntax[] {
  return node.children.filter((child) => child.named);
}

export function field(node: Syntax, name: string): Syntax {
  const found = node.fields.get(name);
  if (!found) throw new SyntaxProblem(node.line, `'${node.text}' is incomplete`);
  return found;
}

export function hasToken(node: Syntax, token: string): boolean {
  return node.children.some((child) => child.kind === token);
}

/**
 * Parses policy expressions: `@(expression)` gives the expression's node, `@{ statements }` gives a `block`. Throws
 * SyntaxProblem. The grammar is tree-sitter's for C#, run as WebAssembly.
 */
export interface CSharpParser {
  parse(source: string): Syntax;
}

export async function createParser(): Promise<CSharpParser> {
  const language = await (grammar ??= loadGrammar());
  const parser = new Parser();
  parser.setLanguage(language);
  return { parse: (source) => parseWith(parser, hideTypeArguments(source)) };
}

/** Five megabytes of WebAssembly, which hold no state: one for all parsers. */
let grammar: Promise<Language> | undefined;

async function loadGrammar(): Promise<Language> {
  await Parser.init();
  const require = createRequire(import.meta.url);
  return Language.load(require.resolve('tree-sitter-c-sharp/tree-sitter-c_sharp.wasm'));
}

const beforeExpression = 'return ';

function parseWith(parser: Parser, source: string): Syntax {
  const body = source.slice(2, -1);
  if (source.startsWith('@(') && source.endsWith(')')) {
    if (body.trim() === '') throw new SyntaxProblem(0, 'the expression is empty');
    const statement = parseStatement(parser, `${beforeExpression}${body}\n;`);
    const [expression, ...more] = statement.kind === 'return_statement' ? parts(statement) : [];
    if (!expression || more.length > 0)
      throw new SyntaxProblem(0, '@(…) takes a single expression; use @{…} for statements');
    return expression;
  }
  if (source.startsWith('@{') && source.endsWith('}')) return parseStatement(parser, `{${body}\n}`);
  throw new SyntaxProblem(0, 'an expression is written @(…) or @{…}');
}

function parseStatement(parser: Parser, text: string): Syntax {
  const root = treeOf(parser, text);
  const [statement, another] = parts(root).map((child) => parts(child)[0]);
  if (!statement) throw new SyntaxProblem(0, 'the expression is empty');
  if (another) throw new SyntaxProblem(another.line, `unexpected '${firstWords(another.text)}'`);
  return statement;
}

function treeOf(parser: Parser, text: string): Syntax {
  const tree = parser.parse(text);
  if (!tree) throw new SyntaxProblem(0, 'the expression could not be parsed');
  try {
    if (tree.rootNode.hasError) throw problemIn(tree.rootNode);
    const misread = parenthesesMisreadAsCast(tree.rootNode);
    if (misread) {
      const [open, close] = misread;
      const blanked = `${text.slice(0, open)} ${text.slice(open + 1, close)} ${text.slice(close + 1)}`;
      return treeOf(parser, blanked);
    }
    return regroup(copy(tree.rootNode, parser));
  } finally {
    tree.delete();
  }
}

function copy(node: Node, parser: Parser): Syntax {
  if (node.type === 'identifier' && hidesTypeArguments(node.text)) return genericName(node, parser);
  const children: Syntax[] = [];
  const fields = new Map<string, Syntax>();
  for (let i = 0; i < node.childCount; i++) {
    const child = node.child(i);
    if (!child || child.type === 'comment') continue;
    const copied = copy(child, parser);
    children.push(copied);
    const name = node.fieldNameForChild(i);
    if (name && !fields.has(name)) fields.set(name, copied);
  }
  return {
    kind: node.type,
    named: node.isNamed,
    text: showTypeArguments(node.text),
    line: node.startPosition.row,
    children,
    fields,
  };
}

/** The name of a generic method with its type arguments, which a declaration reads without doubt. */
function genericName(node: Node, parser: Parser): Syntax {
  const declaration = treeOf(parser, `${showTypeArguments(node.text)} x;`);
  const found = firstOf(declaration, 'generic_name');
  if (!found) throw new SyntaxProblem(node.startPosition.row, `unexpected '${showTypeArguments(node.text)}'`);
  return atLine(found, node.startPosition.row);
}

function firstOf(node: Syntax, kind: string): Syntax | undefined {
  if (node.kind === kind) return node;
  for (const child of node.children) {
    const found = firstOf(child, kind);
    if (found) return found;
  }
  return undefined;
}

function atLine(node: Syntax, line: number): Syntax {
  const children = node.children.map((child) => atLine(child, line));
  const fields = new Map([...node.fields].map(([name, old]) => [name, children[node.children.indexOf(old)]!]));
  return { ...node, line, children, fields };
}

function problemIn(root: Node): SyntaxProblem {
  const broken = firstBroken(root) ?? root;
  const line = broken.startPosition.row;
  if (broken.isMissing) return new SyntaxProblem(line, `'${broken.type}' is missing`);
  const text = showTypeArguments(broken.text).trim();
  return new SyntaxProblem(
    line,
    text === '' || broken === root ? 'the expression is not complete' : `unexpected '${firstWords(text)}'`,
  );
}

function firstBroken(node: Node): Node | undefined {
  if (node.isError || node.isMissing) {
    const inner = innermostError(node);
    return inner ?? node;
  }
  for (const child of node.children) {
    if (!child?.hasError && !child?.isMissing) continue;
    const found = firstBroken(child);
    if (found) return found;
  }
  return undefined;
}

function innermostError(node: Node): Node | undefined {
  for (const child of node.children) if (child && (child.isError || child.isMissing)) return firstBroken(child);
  return undefined;
}

function firstWords(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}

/**
 * `(a) - 1` reads as a cast of `-1` to a type `a` in this grammar. C# decides by the token that follows: after a
 * parenthesised name `+`, `-`, `&` and `*` are binary (C# language specification, 12.9.7 Cast expressions). Returns
 * where such parentheses stand, which are then blanked for another parse.
 */
function parenthesesMisreadAsCast(node: Node): [open: number, close: number] | undefined {
  if (node.type === 'cast_expression') {
    const type = node.childForFieldName('type');
    const value = node.childForFieldName('value');
    const isName =
      type &&
      ['identifier', 'qualified_name', 'array_type'].includes(type.type) &&
      !/^(string|int|bool)\b/.test(type.text);
    const operator = value?.type === 'prefix_unary_expression' ? value.child(0)?.type : undefined;
    if (isName && operator && ['+', '-', '&', '*'].includes(operator)) {
      const open = node.child(0)!;
      const close = node.children.find((child) => child?.type === ')')!;
      return [open.startIndex, close.startIndex];
    }
  }
  for (const child of node.children) {
    const found = child && parenthesesMisreadAsCast(child);
    if (found) return found;
  }
  return undefined;
}

/** C#'s binary operators by how tightly they bind (C# language specification, 12.4.2 Operator precedence). */
const precedence: Readonly<Record<string, number>> = {
  '??': 1,
  '||': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '==': 7,
  '!=': 7,
  '<': 8,
  '>': 8,
  '<=': 8,
  '>=': 8,
  is: 8,
  as: 8,
  '<<': 9,
  '>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '%': 11,
};

/**
 * In this grammar `a is null || b` reads as `a is (null || b)`, and `a && b?.c` as `(a && b)?.c`. Wherever that happens, the
 * whole row of operators is grouped anew by C#'s precedence.
 */
function regroup(node: Syntax): Syntax {
  const row = isOperation(node) ? flatten(node) : undefined;
  if (row?.misread) return group(row.operands.map(regroup), row.operators);
  const children = node.children.map(regroup);
  if (children.every((child, i) => child === node.children[i])) return node;
  const fields = new Map([...node.fields].map(([name, old]) => [name, children[node.children.indexOf(old)] ?? old]));
  return { ...node, children, fields };
}

interface Row {
  operands: Syntax[];
  operators: Syntax[];
  misread: boolean;
}

function isOperation(node: Syntax): boolean {
  if (misreadHead(node)) return true;
  if (node.kind === 'binary_expression') return field(node, 'operator').text in precedence;
  return node.kind === 'is_pattern_expression' || node.kind === 'is_expression' || node.kind === 'as_expression';
}

function flatten(node: Syntax): Row {
  if (!isOperation(node)) return { operands: [node], operators: [], misread: false };
  const head = misreadHead(node);
  if (head) {
    const { operands, operators } = flatten(head);
    const last = pushDown(operands.at(-1)!, (primary) => withHead(node, head, primary));
    return { operands: [...operands.slice(0, -1), last], operators, misread: true };
  }
  if (node.kind === 'is_pattern_expression') {
    const left = flatten(field(node, 'expression'));
    const pattern = field(node, 'pattern');
    const constant = pattern.kind === 'constant_pattern' ? parts(pattern)[0] : undefined;
    const is = node.children.find((child) => child.kind === 'is')!;
    if (!constant || !isOperation(constant)) {
      return { operands: [...left.operands, pattern], operators: [...left.operators, is], misread: left.misread };
    }
    const right = flatten(constant);
    const looser = right.operators.findIndex(({ text }) => precedence[text]! <= precedence.is!);
    const count = looser === -1 ? right.operators.length : looser;
    const first = group(right.operands.slice(0, count + 1), right.operators.slice(0, count));
    const asPattern: Syntax = { ...pattern, text: first.text, children: [first], fields: new Map() };
    return {
      operands: [...left.operands, asPattern, ...right.operands.slice(count + 1)],
      operators: [...left.operators, is, ...right.operators.slice(count)],
      misread: left.misread || right.misread || looser !== -1,
    };
  }
  const left = flatten(field(node, 'left'));
  const right = node.kind === 'binary_expression' ? flatten(field(node, 'right')) : undefined;
  return {
    operands: [...left.operands, ...(right?.operands ?? [field(node, 'right')])],
    operators: [...left.operators, field(node, 'operator'), ...(right?.operators ?? [])],
    misread: left.misread || (right?.misread ?? false),
  };
}

/** Precedence climbing over a flat row; all of the operators but `??` associate to the left. */
function group(operands: readonly Syntax[], operators: readonly Syntax[]): Syntax {
  let next = 0;
  const climb = (least: number): Syntax => {
    let left = operands[next]!;
    for (;;) {
      const operator = operators[next];
      const binding = operator && precedence[operator.text];
      if (binding === undefined || binding < least) return left;
      next++;
      const right = climb(operator!.text === '??' ? binding : binding + 1);
      left = operation(left, operator!, right);
    }
  };
  return climb(0);
}

function operation(left: Syntax, operator: Syntax, right: Syntax): Syntax {
  const text = `${left.text} ${operator.text} ${right.text}`;
  const node = { named: true, text, line: left.line, children: [left, operator, right] };
  if (operator.text === 'is' && right.kind.endsWith('_pattern')) {
    return {
      ...node,
      kind: 'is_pattern_expression',
      fields: new Map([
        ['expression', left],
        ['pattern', right],
      ]),
    };
  }
  const kind =
    operator.text === 'is' ? 'is_expression' : operator.text === 'as' ? 'as_expression' : 'binary_expression';
  return {
    ...node,
    kind,
    fields: new Map([
      ['left', left],
      ['operator', operator],
      ['right', right],
    ]),
  };
}

/** What a link of a chain is applied to: the part before `.`, `?.`, `(` or `[`. */
function headOf(node: Syntax): Syntax | undefined {
  switch (node.kind) {
    case 'conditional_access_expression':
      return node.fields.get('condition');
    case 'member_access_expression':
    case 'element_access_expression':
      return node.fields.get('expression');
    case 'invocation_expression':
      return node.fields.get('function');
    default:
      return undefined;
  }
}

const operatorKinds = new Set([
  'binary_expression',
  'is_expression',
  'is_pattern_expression',
  'as_expression',
  'prefix_unary_expression',
  'cast_expression',
]);

/** The operator expression at the head of a chain, which in C# can only stand there in parentheses. */
function misreadHead(node: Syntax): Syntax | undefined {
  let head = headOf(node);
  while (head && headOf(head)) head = headOf(head);
  return head && operatorKinds.has(head.kind) ? head : undefined;
}

/** The chain with another head. */
function withHead(node: Syntax, old: Syntax, head: Syntax): Syntax {
  if (node === old) return head;
  const before = headOf(node)!;
  return replaceChild(node, before, withHead(before, old, head));
}

function replaceChild(node: Syntax, old: Syntax, by: Syntax): Syntax {
  const children = node.children.map((child) => (child === old ? by : child));
  const fields = new Map([...node.fields].map(([name, value]) => [name, value === old ? by : value]));
  return { ...node, children, fields };
}

/** A sign or a cast before a chain applies to the whole chain. */
function pushDown(operand: Syntax, chain: (primary: Syntax) => Syntax): Syntax {
  if (operand.kind !== 'prefix_unary_expression' && operand.kind !== 'cast_expression') return chain(operand);
  const inner = parts(operand).at(-1)!;
  return replaceChild(operand, inner, pushDown(inner, chain));
}
