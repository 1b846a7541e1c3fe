import type { MessageBody } from '../../context.ts';
import { encodingNamed } from '../types/encoding.ts';
import type { NetType } from '../type.ts';
import { Unsupported } from '../unsupported.ts';
import type { XElement } from './xml/nodes.ts';
import { parseXml } from './xml/read.ts';
import { parseJson, parseJsonArray, parseJsonObject } from './json-read.ts';

type Read = (body: MessageBody, preserveContent: boolean) => unknown;

const readers: Readonly<Record<string, Read>> = {
  string: textOf,
  'byte[]': (body, preserve) => new Uint8Array(body.read(preserve)),
  JToken: (body, preserve) => parseJson(textOf(body, preserve)),
  JObject: (body, preserve) => parseJsonObject(textOf(body, preserve)),
  JArray: (body, preserve) => parseJsonArray(textOf(body, preserve)),
  XDocument: (body, preserve) => parseXml(textOf(body, preserve)),
  XElement: rootOf,
  XNode: rootOf,
};

function rootOf(body: MessageBody, preserve: boolean): XElement {
  const root = parseXml(textOf(body, preserve)).root!;
  root.remove();
  return root;
}

/** `Body.As<T>`: T is string, byte[], a JSON or an XML type. */
export function bodyReader(type: NetType): Read {
  const read = readers[type.name];
  if (!read) throw new Unsupported(`a body cannot be read as '${type.name}' in expressions`);
  return read;
}

function textOf(body: MessageBody, preserve: boolean): string {
  const bytes = body.read(preserve);
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(body.contentType ?? '')?.[1];
  const decoded = charset ? encodingNamed(charset).getString(bytes) : bytes.toString('utf8');
  return decoded.replace(/^\ufeff/, '');
}

/** `Body.AsFormUrlEncodedContent`: names with all their values. */
export function readForm(body: MessageBody, preserve: boolean): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(textOf(body, preserve))) {
    const known = fields.get(name);
    if (known) known.push(value);
    else fields.set(name, [value]);
  }
  return fields;
}
