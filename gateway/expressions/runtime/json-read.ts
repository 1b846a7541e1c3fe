import { NetException } from '../exceptions.ts';
import { parseJsonDate } from './datetime-parse.ts';
import { JArray, JObject, JProperty, type JToken, JValue } from './json.ts';

/** Newtonsoft.Json's limit on nesting. */
const mostDepth = 64;

/**
 * Reads JSON as Newtonsoft.Json does by default: besides JSON proper it takes comments, single quotes, names without
 * quotes, NaN and Infinity, and turns ISO dates into DateTime. Throws JsonReaderException.
 */
export function parseJson(source: string, wanted = 'JToken'): JToken {
  const reader = new Reader(source);
  return reader.document(wanted);
}

export function parseJsonObject(source: string): JObject {
  const token = parseJson(source, 'JObject');
  if (token instanceof JObject) return token;
  throw notThe('object', 'JObject', token);
}

export function parseJsonArray(source: string): JArray {
  const token = parseJson(source, 'JArray');
  if (token instanceof JArray) return token;
  throw notThe('array', 'JArray', token);
}

function notThe(kind: string, wanted: string, token: JToken): NetException {
  const item = token instanceof JObject ? 'StartObject' : token instanceof JArray ? 'StartArray' : token.typeName;
  return new NetException(
    'JsonReaderException',
    `Error reading ${wanted} from JsonReader. Current JsonReader item is not an ${kind}: ${item}. Path '', line 1, position ${token instanceof JValue ? token.toString().length : 1}.`,
  );
}

class Reader {
  readonly #source: string;
  #at = 0;
  readonly #path: (string | number)[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  document(wanted: string): JToken {
    this.#skip();
    if (this.#at >= this.#source.length) {
      throw new NetException(
        'JsonReaderException',
        `Error reading ${wanted} from JsonReader. Path '', line 0, position 0.`,
      );
    }
    const token = this.#value(1);
    this.#skip();
    if (this.#at < this.#source.length) {
      throw this.#problem(`Additional text encountered after finished reading JSON content: ${this.#source[this.#at]}`);
    }
    return token;
  }

  #problem(message: string): NetException {
    const before = this.#source.slice(0, this.#at);
    const line = before.split('\n').length;
    const position = this.#at - (before.lastIndexOf('\n') + 1);
    const path = this.#path
      .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
      .join('');
    return new NetException('JsonReaderException', `${message}. Path '${path}', line ${line}, position ${position}.`);
  }

  /** White space and comments. */
  #skip(): void {
    const blank = /(?:[\s\ufeff]+|\/\*[^]*?\*\/|\/\/[^\r\n]*)*/y;
    blank.lastIndex = this.#at;
    blank.exec(this.#source);
    this.#at = blank.lastIndex;
  }

  #value(depth: number): JToken {
    const c = this.#source[this.#at];
    if (c === '{' || c === '[') {
      if (depth > mostDepth) throw this.#problem(`The reader's MaxDepth of ${mostDepth} has been exceeded`);
      return c === '{' ? this.#object(depth) : this.#array(depth);
    }
    if (c === '"' || c === "'") {
      const text = this.#string(c);
      return new JValue(parseJsonDate(text) ?? text);
    }
    return this.#word();
  }

  #object(depth: number): JObject {
    const object = new JObject();
    this.#at++;
    for (;;) {
      this.#skip();
      if (this.#take('}')) return object;
      const name = this.#name();
      this.#skip();
      if (!this.#take(':'))
        throw this.#problem(`Invalid character after parsing property name. Expected ':' but got: ${this.#current()}`);
      this.#skip();
      this.#path.push(name);
      const value = this.#value(depth + 1);
      this.#path.pop();
      // A name that comes again replaces the value before.
      if (object.properties.has(name)) object.set(name, value);
      else object.addProperty(new JProperty(name, value));
      this.#skip();
      if (this.#take('}')) return object;
      if (!this.#take(',')) throw this.#after();
    }
  }

  #array(depth: number): JArray {
    const array = new JArray();
    this.#at++;
    for (;;) {
      this.#skip();
      if (this.#take(']')) return array;
      this.#path.push(array.items.length);
      array.insert(array.items.length, this.#value(depth + 1));
      this.#path.pop();
      this.#skip();
      if (this.#take(']')) return array;
      if (!this.#take(',')) throw this.#after();
    }
  }

  #after(): NetException {
    if (this.#at >= this.#source.length) return this.#problem('Unexpected end of content while loading JObject');
    return this.#problem(`After parsing a value an unexpected character was encountered: ${this.#current()}`);
  }

  #current(): string {
    return this.#source[this.#at] ?? '';
  }

  #take(c: string): boolean {
    if (this.#source[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #name(): string {
    const c = this.#source[this.#at];
    if (c === '"' || c === "'") return this.#string(c);
    const word = /[\w$]+/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.#source);
    if (!found) {
      if (c === undefined) throw this.#problem('Unexpected end when reading JSON');
      throw this.#problem(`Invalid property identifier character: ${c}`);
    }
    this.#at = word.lastIndex;
    return found[0];
  }

  #string(quote: string): string {
    let text = '';
    for (let i = this.#at + 1; ;) {
      const c = this.#source[i];
      if (c === undefined) {
        this.#at = this.#source.length;
        throw this.#problem(`Unterminated string. Expected delimiter: ${quote}`);
      }
      if (c === quote) {
        this.#at = i + 1;
        return text;
      }
      if (c !== '\\') {
        text += c;
        i++;
        continue;
      }
      const escape = this.#source[i + 1] ?? '';
      if (escape === 'u') {
        const hex = this.#source.slice(i + 2, i + 6);
        if (!/^[0-9a-f]{4}$/i.test(hex)) throw this.#problem(`Invalid Unicode escape sequence: \\u${hex}`);
        text += String.fromCharCode(parseInt(hex, 16));
        i += 6;
        continue;
      }
      const plain = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', '"': '"', "'": "'", '/': '/', '\\': '\\' }[escape];
      if (plain === undefined) throw this.#problem(`Bad JSON escape sequence: \\${escape}`);
      text += plain;
      i += 2;
    }
  }

  #word(): JToken {
    const word = /[\w.+-]+/y;
    word.lastIndex = this.#at;
    const text = word.exec(this.#source)?.[0];
    const value = text === undefined ? undefined : scalarOf(text);
    if (value === undefined) {
      if (this.#at >= this.#source.length) throw this.#problem('Unexpected end of content while loading JObject');
      throw this.#problem(`Unexpected character encountered while parsing value: ${this.#current()}`);
    }
    this.#at += text!.length;
    return value;
  }
}

function scalarOf(word: string): JValue | undefined {
  switch (word) {
    case 'true':
      return new JValue(true);
    case 'false':
      return new JValue(false);
    case 'null':
    case 'undefined':
      return new JValue(null);
    case 'NaN':
      return new JValue(NaN);
    case 'Infinity':
      return new JValue(Infinity);
    case '-Infinity':
      return new JValue(-Infinity);
  }
  if (/^-?\d+$/.test(word)) return new JValue(BigInt(word));
  return /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word) ? new JValue(Number(word)) : undefined;
}
