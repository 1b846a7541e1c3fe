import type { Content, Element } from '../document/element.ts';
import { expressionFault } from '../execution/fault.ts';
import { sequence, type Step } from '../execution/step.ts';
import type { Scope, Section } from '../scopes/plan.ts';
import type { Build } from './build.ts';
import { constant, toBoolean, toInteger, toNumber, toText, type Value } from './value.ts';

/** Where an element stands. */
export interface Surroundings {
  readonly build: Build;
  readonly document: string;
  readonly scope: Scope;
  readonly section: Section;
  /** The element's place among the policies, as `context.LastError.Path` writes it: `choose[3]/when[2]`. */
  readonly path: string;
  /** Inside a policy fragment, which may not include others. */
  readonly inFragment: boolean;
  /** The policies of this document that may stand in it once and do. */
  readonly once: Set<string>;
}

type Expected = 'string' | 'bool' | 'int' | 'object';

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Reads one element of a policy document for the policy it belongs to. Every mistake is noted with its line and reading
 * goes on with a harmless value: a document with mistakes never runs.
 */
export class PolicyReader {
  readonly element: Element;
  readonly surroundings: Surroundings;
  #needsRequestBody = false;
  #needsResponseBody = false;
  readonly #readAttributes = new Set<string>();
  readonly #readChildren = new Set<Element>();
  readonly #readers: PolicyReader[] = [];
  #readText = false;

  constructor(element: Element, surroundings: Surroundings) {
    this.element = element;
    this.surroundings = surroundings;
  }

  get name(): string {
    return this.element.name;
  }

  get build(): Build {
    return this.surroundings.build;
  }

  /** The bodies that the expressions read so far look at, those of child elements included. */
  get needs(): { requestBody: boolean; responseBody: boolean } {
    const children = this.#readers.map(({ needs }) => needs);
    return {
      requestBody: this.#needsRequestBody || children.some(({ requestBody }) => requestBody),
      responseBody: this.#needsResponseBody || children.some(({ responseBody }) => responseBody),
    };
  }

  refuse(message: string, line = this.element.line): void {
    this.build.problems.push({ document: this.surroundings.document, line, message });
  }

  has(attribute: string): boolean {
    return this.element.attributes.has(attribute);
  }

  /** An attribute that must be there. */
  text(attribute: string): Value<string> {
    return this.optionalText(attribute) ?? this.#missing(attribute, '');
  }

  optionalText(attribute: string): Value<string> | undefined {
    return this.#attribute(attribute, 'string', (text) => text, toText);
  }

  /** An attribute that must be there and may be of any type. */
  object(attribute: string): Value<unknown> {
    return this.optionalObject(attribute) ?? this.#missing(attribute, '');
  }

  optionalObject(attribute: string): Value<unknown> | undefined {
    return this.#attribute<unknown>(
      attribute,
      'object',
      (text) => text,
      (result) => result,
    );
  }

  integer(attribute: string, range: Range = {}): Value<number> {
    return this.optionalInteger(attribute, range) ?? this.#missing(attribute, range.min ?? 0);
  }

  optionalInteger(attribute: string, { min = -Infinity, max = Infinity }: Range = {}): Value<number> | undefined {
    return this.#attribute(
      attribute,
      'int',
      (text, line) => {
        const number = Number(text.trim());
        if (/^-?\d+$/.test(text.trim()) && number >= min && number <= max) return number;
        this.refuse(`${this.name}: ${attribute}="${text}" must be a whole number${inRange(min, max)}`, line);
        return Math.max(min, 0);
      },
      (result) => {
        const number = toInteger(result);
        if (number >= min && number <= max) return number;
        throw new Error(`${attribute} must be a whole number${inRange(min, max)}, not ${number}.`);
      },
    );
  }

  optionalNumber(attribute: string): Value<number> | undefined {
    return this.#attribute(
      attribute,
      'object',
      (text, line) => {
        if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
        this.refuse(`${this.name}: ${attribute}="${text}" must be a number`, line);
        return 0;
      },
      toNumber,
    );
  }

  flag(attribute: string, standard: boolean): Value<boolean> {
    return this.optionalFlag(attribute) ?? constant(standard);
  }

  requiredFlag(attribute: string): Value<boolean> {
    return this.optionalFlag(attribute) ?? this.#missing(attribute, false);
  }

  optionalFlag(attribute: string): Value<boolean> | undefined {
    return this.#attribute(
      attribute,
      'bool',
      (text, line) => {
        if (/^(?:true|1)$/i.test(text.trim())) return true;
        if (!/^(?:false|0)$/i.test(text.trim()))
          this.refuse(`${this.name}: ${attribute}="${text}" must be true or false`, line);
        return false;
      },
      toBoolean,
    );
  }

  optionalChoice<const T extends string>(attribute: string, options: readonly T[]): Value<T> | undefined {
    const find = (text: string) => options.find((option) => option === text.trim());
    return this.#attribute(
      attribute,
      'string',
      (text, line) => {
        const option = find(text);
        if (option === undefined)
          this.refuse(`${this.name}: ${attribute}="${text}" must be ${options.join(', ')}`, line);
        return option ?? options[0]!;
      },
      (result) => {
        const option = find(toText(result));
        if (option === undefined) throw new Error(`${attribute} must be ${options.join(', ')}, not ${toText(result)}.`);
        return option;
      },
    );
  }

  choice<const T extends string>(attribute: string, options: readonly T[], standard?: T): Value<T> {
    const given = this.optionalChoice(attribute, options);
    return given ?? (standard === undefined ? this.#missing(attribute, options[0]!) : constant(standard));
  }

  /** The value of an attribute that API Management evaluates once, so that it can't be an expression. */
  literal<T>(attribute: string, value: Value<T>): T;
  literal<T>(attribute: string, value: Value<T> | undefined): T | undefined;
  literal<T>(attribute: string, value: Value<T> | undefined): T | undefined {
    if (value && !value.constant) this.refuse(`${this.name}: ${attribute} can't be an expression`);
    return value?.constant?.value;
  }

  /** The element's own text. */
  content(): Value<string> {
    this.#readText = true;
    return this.#value(this.element.text, this.name, 'string', (text) => text.trim(), toText);
  }

  /** The element's own text with all its white space. */
  wholeContent(expected: 'string' | 'object'): Value<unknown> {
    this.#readText = true;
    return this.#value<unknown>(
      this.element.text,
      this.name,
      expected,
      (text) => text,
      (result) => result,
    );
  }

  /** What stands between the tags, elements and all, as text. */
  markup(): Value<string> {
    this.#readText = true;
    for (const child of this.element.children) this.#readChildren.add(child);
    return constant(this.build.resolve(this.element.inner, this.surroundings.document, this.element.line));
  }

  children(name: string): PolicyReader[] {
    return this.element.children
      .filter((child) => child.name === name)
      .map((child, i) => {
        this.#readChildren.add(child);
        const path = `${this.surroundings.path}/${name}[${i + 1}]`;
        const reader = new PolicyReader(child, { ...this.surroundings, path });
        this.#readers.push(reader);
        return reader;
      });
  }

  /** A child that may be there once. */
  child(name: string): PolicyReader | undefined {
    const [first, second] = this.children(name);
    if (second) second.refuse(`${this.name}: only one ${name} is allowed`);
    return first;
  }

  requiredChild(name: string): PolicyReader | undefined {
    const child = this.child(name);
    if (!child) this.refuse(`${this.name}: the element ${name} is missing`);
    return child;
  }

  /** Notes a child that comes after one that it must come before. The orders are those of API Management's XML schemas. */
  inOrder(...names: readonly string[]): void {
    let last = '';
    for (const { name, line } of this.element.children) {
      if (!names.includes(name)) continue;
      if (names.indexOf(name) < names.indexOf(last))
        this.refuse(`${this.name}: ${name} must come before ${last}`, line);
      else last = name;
    }
  }

  /** All children, as policies that run one after another. */
  steps(): Step {
    for (const child of this.element.children) this.#readChildren.add(child);
    return this.build.sequence(this.element.children, this.surroundings);
  }

  /** The same, each on its own. */
  eachStep(): Step[] {
    for (const child of this.element.children) this.#readChildren.add(child);
    return this.build.steps(this.element.children, this.surroundings).map((step) => sequence([step]));
  }

  /** Notes as mistakes what nobody has read. */
  finish(): void {
    const { attributes, children, text, name } = this.element;
    for (const [attribute, { line }] of attributes) {
      if (!this.#readAttributes.has(attribute) && attribute !== 'id')
        this.refuse(`${name}: the attribute ${attribute} is not one that this gateway executes`, line);
    }
    for (const child of children) {
      if (!this.#readChildren.has(child))
        this.refuse(`${name}: the element ${child.name} is not one that this gateway executes here`, child.line);
    }
    if (!this.#readText && text.text.trim() !== '') this.refuse(`${name}: no text is expected here`, text.line);
    for (const reader of this.#readers) reader.finish();
  }

  #missing<T>(attribute: string, standard: T): Value<T> {
    this.refuse(`${this.name}: the attribute ${attribute} is missing`);
    return constant(standard);
  }

  #attribute<T>(
    attribute: string,
    expected: Expected,
    literal: (text: string, line: number) => T,
    result: (result: unknown) => T,
  ): Value<T> | undefined {
    this.#readAttributes.add(attribute);
    const content = this.element.attributes.get(attribute);
    return content && this.#value(content, `${this.name}: ${attribute}`, expected, literal, result);
  }

  #value<T>(
    content: Content,
    what: string,
    expected: Expected,
    literal: (text: string, line: number) => T,
    result: (result: unknown) => T,
  ): Value<T> {
    const { build } = this;
    const { document } = this.surroundings;
    const { line } = content;
    const text = build.resolve(
      content.text,
      document,
      line,
      this.element.attributes.get('template')?.text === 'liquid',
    );
    if (content.kind === 'literal' && !/^\s*@[({]/.test(text)) return constant(literal(text, line));
    const compiled = build.compile(text.trim(), what, document, line, expected);
    this.#needsRequestBody ||= compiled.readsRequestBody;
    this.#needsResponseBody ||= compiled.readsResponseBody;
    return {
      constant: undefined,
      needs: { requestBody: compiled.readsRequestBody, responseBody: compiled.readsResponseBody },
      get(exchange) {
        try {
          return result(compiled.evaluate(exchange));
        } catch (error) {
          throw expressionFault(error);
        }
      },
    };
  }
}

function inRange(min: number, max: number): string {
  if (min === -Infinity && max === Infinity) return '';
  if (max === Infinity) return ` of ${min} or more`;
  return min === -Infinity ? ` of ${max} at most` : ` from ${min} to ${max}`;
}
