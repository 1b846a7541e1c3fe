import { type JToken, JArray, JObject, JProperty, type JValue, type Scalar } from './json.ts';
import { DateTime } from './datetime.ts';
import { DateTimeOffset } from './datetime-offset.ts';
import { formatDateTime } from './datetime-format.ts';
import { formatDouble } from './number-format.ts';
import { text } from './value.ts';

/** Lines end as on Windows, where the classic gateway runs. */
const newLine = '\r\n';

/** JSON as Newtonsoft.Json writes it: two spaces a level when indented, nothing between tokens otherwise. */
export function writeJson(token: JToken, indented: boolean): string {
  return write(token, indented, '');
}

function write(token: JToken, indented: boolean, margin: string): string {
  if (token instanceof JObject) return enclosed('{', '}', [...token.properties.values()], indented, margin);
  if (token instanceof JArray) return enclosed('[', ']', token.items, indented, margin);
  if (token instanceof JProperty)
    return `${quote(token.name)}:${indented ? ' ' : ''}${write(token.value, indented, margin)}`;
  return writeScalar((token as JValue).value);
}

function enclosed(open: string, close: string, parts: readonly JToken[], indented: boolean, margin: string): string {
  if (parts.length === 0) return open + close;
  const inner = `${margin}  `;
  const written = parts.map((part) => write(part, indented, inner));
  if (!indented) return open + written.join(',') + close;
  return `${open}${newLine}${written.map((part) => inner + part).join(`,${newLine}`)}${newLine}${margin}${close}`;
}

function writeScalar(value: Scalar): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return writeDouble(value);
  if (value instanceof Uint8Array) return quote(Buffer.from(value).toString('base64'));
  if (value instanceof DateTime) return quote(formatDateTime(value, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"));
  if (value instanceof DateTimeOffset) return quote(value.format("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"));
  return quote(text(value));
}

/** A double always shows that it is one. */
export function writeDouble(value: number): string {
  if (Number.isNaN(value)) return '"NaN"';
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"';
  const written = formatDouble(value);
  return /[.E]/.test(written) ? written : `${written}.0`;
}

const escapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** JsonConvert.ToString of a string. */
export function quote(value: string): string {
  const escaped = value.replace(
    /[\u2028\u2029"\\]|(?![\x7f-\x84\x86-\x9f])\p{Cc}/gu,
    (c) => escapes[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
