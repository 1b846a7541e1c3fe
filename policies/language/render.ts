import type { Element } from './policy.ts';
import type { Text } from './text.ts';

const indent = '  ';
const widest = 120;

/** The element as well-formed, indented XML with a line end: expressions are escaped like any other text. */
export function render(root: Element): string {
  return `${lines(root, '').join('\n')}\n`;
}

function lines({ name, attributes, children }: Element, margin: string): string[] {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => `${attribute}="${escapeAttribute(String(value))}"`);
  const open = opening(name, written, margin);
  if (children.length === 0) return [...open.slice(0, -1), `${open.at(-1)} />`];
  if (children.every((child) => !isElement(child))) {
    const text = children.map((child) => (isElement(child) ? '' : escapeText(child.toString()))).join('');
    return [...open.slice(0, -1), `${open.at(-1)}>${text}</${name}>`];
  }
  const inside = children.flatMap((child) => {
    return isElement(child) ? lines(child, margin + indent) : [margin + indent + escapeText(child.toString())];
  });
  return [...open.slice(0, -1), `${open.at(-1)}>`, ...inside, `${margin}</${name}>`];
}

/** The start of a tag, on one line where that is not too long, else an attribute a line. */
function opening(name: string, attributes: readonly string[], margin: string): string[] {
  const line = [`${margin}<${name}`, ...attributes].join(' ');
  if (line.length < widest || attributes.length < 2) return [line];
  return [`${margin}<${name}`, ...attributes.map((attribute) => margin + indent + attribute)];
}

function isElement(child: Element | Text): child is Element {
  return typeof child === 'object' && 'children' in child;
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character]!);
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"\n\r\t]/g, (character) => entities[character]!);
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};
