import { argument, invalidOperation } from '../../exceptions.ts';
import { type NetType, typeNamed } from '../../type.ts';
import { DateTime } from '../datetime.ts';
import { formatDateTime } from '../datetime-format.ts';
import { NetObject, text } from '../value.ts';
import type { XName } from './names.ts';
import { writeNode } from './write.ts';

/** What a value is as XML's text: unlike ToString, booleans and dates as XML Schema has them. */
export function xmlText(value: unknown): string {
  if (typeof value === 'boolean') return String(value);
  return value instanceof DateTime ? formatDateTime(value, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK") : text(value);
}

export class XAttribute extends NetObject {
  readonly name: XName;
  value: string;
  parent: XElement | null = null;
  constructor(name: XName, value: unknown) {
    super();
    this.name = name;
    this.value = xmlText(value);
  }
  get netType(): NetType {
    return typeNamed('XAttribute');
  }
  remove(): void {
    if (!this.parent) throw invalidOperation('The parent is missing.');
    this.parent.attributes.splice(this.parent.attributes.indexOf(this), 1);
    this.parent = null;
  }
  override toString(): string {
    return writeNode(this);
  }
}

export abstract class XNode extends NetObject {
  parent: XContainer | null = null;
  /** The same again, without a parent. */
  abstract copy(): XNode;

  get siblings(): { all: readonly XNode[]; at: number } {
    const all = this.parent?.nodes ?? [];
    return { all, at: all.indexOf(this) };
  }
  remove(): void {
    this.replaceWith([]);
  }
  replaceWith(content: readonly unknown[]): void {
    const { parent } = this;
    if (!parent) throw invalidOperation('The parent is missing.');
    const { at } = this.siblings;
    parent.nodes.splice(at, 1);
    this.parent = null;
    parent.insert(at, content);
  }
  addBeside(content: readonly unknown[], offset: number): void {
    if (!this.parent) throw invalidOperation('The parent is missing.');
    this.parent.insert(this.siblings.at + offset, content);
  }
  override toString(): string {
    return writeNode(this);
  }
}

export class XText extends XNode {
  value: string;
  readonly kind: 'XText' | 'XCData' | 'XComment';
  constructor(value: string, kind: XText['kind'] = 'XText') {
    super();
    this.value = value;
    this.kind = kind;
  }
  get netType(): NetType {
    return typeNamed(this.kind);
  }
  copy(): XText {
    return new XText(this.value, this.kind);
  }
}

export abstract class XContainer extends XNode {
  readonly nodes: XNode[] = [];

  get elements(): XElement[] {
    return this.nodes.filter((node) => node instanceof XElement);
  }

  /** Depth first, in the document's order; the container itself is none of them. */
  *descendants(): Generator<XElement> {
    for (const element of this.elements) {
      yield element;
      yield* element.descendants();
    }
  }

  add(content: readonly unknown[]): void {
    this.insert(this.nodes.length, content);
  }

  /** Puts content in: nodes, attributes, what is neither as text, and what sequences hold. Nodes of a tree are copied. */
  insert(at: number, content: readonly unknown[]): void {
    const found: XNode[] = [];
    const collect = (item: unknown): void => {
      if (item === null || item === undefined) return;
      if (item instanceof XAttribute) this.addAttribute(item);
      else if (item instanceof XDocument) throw argument('An item of type Document cannot be added to content.');
      else if (item instanceof XNode) found.push(item.parent ? item.copy() : item);
      else if (typeof item !== 'string' && isIterable(item)) for (const each of item) collect(each);
      else if (xmlText(item) !== '') found.push(new XText(xmlText(item)));
    };
    for (const item of content) collect(item);
    for (const node of found) {
      this.check(node);
      node.parent = this;
    }
    this.nodes.splice(at, 0, ...found);
    if (found.length > 0 || content.includes('')) this.changed(found.length === 0);
  }

  /** Told when content has come or gone; `isText` where all that came was an empty text. */
  protected changed(_isText: boolean): void {
    // Only elements have two ways to be empty.
  }
  protected abstract check(node: XNode): void;
  protected abstract addAttribute(attribute: XAttribute): void;

  removeNodes(): void {
    for (const node of this.nodes.splice(0)) node.parent = null;
    this.changed(false);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

export class XElement extends XContainer {
  name: XName;
  readonly attributes: XAttribute[] = [];
  /** Written as one tag. */
  isEmptyTag = true;
  constructor(name: XName, content: readonly unknown[] = []) {
    super();
    this.name = name;
    this.add(content);
  }
  /** An empty text in it makes a start and an end tag, until there is other content. */
  protected override changed(isText: boolean): void {
    this.isEmptyTag = !(isText && this.nodes.length === 0);
  }
  get netType(): NetType {
    return typeNamed('XElement');
  }
  get isEmpty(): boolean {
    return this.nodes.length === 0 && this.isEmptyTag;
  }
  /** All text in it, at any depth. */
  get value(): string {
    return this.nodes
      .map((node) =>
        node instanceof XElement ? node.value : node instanceof XText && node.kind !== 'XComment' ? node.value : '',
      )
      .join('');
  }
  set value(value: string) {
    this.removeNodes();
    this.add([value]);
  }
  attribute(name: XName): XAttribute | undefined {
    return this.attributes.find((attribute) => attribute.name.equals(name));
  }
  setAttribute(name: XName, value: unknown): void {
    const known = this.attribute(name);
    if (value === null) known?.remove();
    else if (known) known.value = xmlText(value);
    else this.addAttribute(new XAttribute(name, value));
  }
  protected addAttribute(given: XAttribute): void {
    if (this.attribute(given.name)) throw invalidOperation('Duplicate attribute.');
    const attribute = given.parent ? new XAttribute(given.name, given.value) : given;
    attribute.parent = this;
    this.attributes.push(attribute);
  }
  protected check(): void {
    // Whatever is a node may stand in an element.
  }
  copy(): XElement {
    const copied = new XElement(this.name, [...this.attributes, ...this.nodes]);
    copied.isEmptyTag = this.isEmptyTag;
    return copied;
  }
}

export class XDocument extends XContainer {
  readonly declaration: XDeclaration | null;
  constructor(content: readonly unknown[] = []) {
    super();
    this.declaration = content.find<XDeclaration>((item) => item instanceof XDeclaration) ?? null;
    this.add(content.filter((item) => !(item instanceof XDeclaration)));
  }
  get netType(): NetType {
    return typeNamed('XDocument');
  }
  get root(): XElement | null {
    return this.elements[0] ?? null;
  }
  protected addAttribute(): void {
    throw argument('An attribute cannot be added to content.');
  }
  protected check(node: XNode): void {
    if (node instanceof XElement && this.root)
      throw invalidOperation('This operation would create an incorrectly structured document.');
    if (node instanceof XText && node.kind !== 'XComment' && node.value.trim() !== '')
      throw argument('Non-whitespace characters cannot be added to content.');
  }
  copy(): XDocument {
    return new XDocument([this.declaration, ...this.nodes]);
  }
}

export class XDeclaration extends NetObject {
  readonly version: string | null;
  readonly encoding: string | null;
  readonly standalone: string | null;
  constructor(version: string | null, encoding: string | null, standalone: string | null) {
    super();
    this.version = version;
    this.encoding = encoding;
    this.standalone = standalone;
  }
  get netType(): NetType {
    return typeNamed('XDeclaration');
  }
  override toString(): string {
    const part = (name: string, value: string | null) => (value === null ? '' : ` ${name}="${value}"`);
    return `<?xml${part('version', this.version)}${part('encoding', this.encoding)}${part('standalone', this.standalone)}?>`;
  }
}
