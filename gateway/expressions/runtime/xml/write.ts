import { xmlNamespace, xmlnsNamespace } from './names.ts';
import { XAttribute, XContainer, XElement, type XNode, XText } from './nodes.ts';

/** Lines end as on Windows, where API Management runs. */
const newLine = '\r\n';

/** Prefixes by namespace, of the element and all around it. */
type Scope = ReadonlyMap<string, string>;

/** As XNode.ToString writes it: indented by two spaces unless there is text between the tags. */
export function writeNode(node: XNode | XAttribute, indented = true): string {
  if (node instanceof XAttribute) return attributeText(node.name.local, node.value);
  if (node instanceof XContainer && !(node instanceof XElement))
    return node.nodes.map((child) => written(child, '', outer(), outer(), indented)).join(indented ? newLine : '');
  return written(node, '', around(node), outer(), indented);
}

function outer(): Scope {
  return new Map([['', '']]);
}

/** The namespaces that the element's ancestors declare. */
function around(node: XNode): Scope {
  const { parent } = node;
  return parent instanceof XElement ? declared(parent, around(parent)) : outer();
}

function declared(element: XElement, scope: Scope): Scope {
  const own = element.attributes.filter(isDeclaration);
  if (own.length === 0) return scope;
  const inner = new Map(scope);
  for (const { name, value } of own) {
    const prefix = name.local === 'xmlns' && name.space === '' ? '' : name.local;
    for (const [space, known] of inner) if (known === prefix) inner.delete(space);
    inner.set(value, prefix);
  }
  return inner;
}

function isDeclaration({ name }: XAttribute): boolean {
  return name.space === xmlnsNamespace || (name.space === '' && name.local === 'xmlns');
}

/** `known` is where prefixes are looked for; `declared` is what has been written, so that the rest is declared here. */
function written(node: XNode, indent: string, known: Scope, output: Scope, indented: boolean): string {
  if (node instanceof XText) return textOf(node);
  const element = node as XElement;
  const prefixes = declared(element, known);
  let out = declared(element, output);
  const added: string[] = [];
  const qualified = (space: string, local: string, prefix: string) => {
    if (out.get(space) !== prefix) {
      added.push(attributeText(prefix === '' ? 'xmlns' : `xmlns:${prefix}`, space));
      out = new Map([...out].filter(([, used]) => used !== prefix)).set(space, prefix);
    }
    return prefix === '' ? local : `${prefix}:${local}`;
  };
  const tag = qualified(element.name.space, element.name.local, prefixes.get(element.name.space) ?? '');
  const attributes = element.attributes.map(({ name: { space, local }, value }) => {
    if (space === '') return attributeText(local, value);
    if (space === xmlnsNamespace) return attributeText(`xmlns:${local}`, value);
    if (space === xmlNamespace) return attributeText(`xml:${local}`, value);
    const prefix = prefixes.get(space) || out.get(space) || newPrefix(out);
    return attributeText(qualified(space, local, prefix), value);
  });
  const start = [tag, ...attributes, ...added].join(' ');
  if (element.isEmpty) return `<${start} />`;
  const mixed = !indented || element.nodes.some((child) => child instanceof XText && child.kind !== 'XComment');
  const children = element.nodes.map((child) => written(child, `${indent}  `, prefixes, out, !mixed));
  if (mixed || children.length === 0) return `<${start}>${children.join('')}</${tag}>`;
  const lines = children.map((child) => `${newLine}${indent}  ${child}`);
  return `<${start}>${lines.join('')}${newLine}${indent}</${tag}>`;
}

function newPrefix(scope: Scope): string {
  const used = [...scope.values()];
  for (let n = 1; ; n++) if (!used.includes(`p${n}`)) return `p${n}`;
}

function textOf({ kind, value }: XText): string {
  if (kind === 'XCData') return `<![CDATA[${value}]]>`;
  if (kind === 'XComment') return `<!--${value}-->`;
  return escaped(value).replace(/\r\n|\r|\n/g, newLine);
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attributeText(name: string, value: string): string {
  const special: Readonly<Record<string, string>> = { '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;' };
  return `${name}="${escaped(value).replace(/["\t\n\r]/g, (char) => special[char]!)}"`;
}
