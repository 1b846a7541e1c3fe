import type { Cell } from '../bind/bound.ts';
import { argument, NetException } from '../exceptions.ts';
import { Sequence } from '../runtime/sequence.ts';
import { castToken, contentToken, convertToken, tokenFrom, tokenTo } from '../runtime/json-convert.ts';
import { selectToken, selectTokens } from '../runtime/json-path.ts';
import { parseJson, parseJsonArray, parseJsonObject } from '../runtime/json-read.ts';
import { JArray, JContainer, JObject, JProperty, type JToken, JValue, orNull } from '../runtime/json.ts';
import { netArray } from '../runtime/value.ts';
import { type Callable, define, type Implementation, type NetType, typed, typeNamed } from '../type.ts';
import { KeyValuePair } from './collections.ts';
import { equalStrings } from './string.ts';

const namespace = 'Newtonsoft.Json.Linq';

function tokens(items: readonly JToken[], element = 'JToken'): unknown {
  return netArray(typeNamed(element), [...items]);
}

/** Types that a token can be cast to, and those that become one by themselves. */
const castable = [
  'bool',
  'byte',
  'sbyte',
  'short',
  'ushort',
  'int',
  'uint',
  'long',
  'ulong',
  'float',
  'double',
  'char',
  'DateTime',
  'Guid',
  'TimeSpan',
];

function conversions(): Record<string, Implementation> {
  const members: Record<string, Implementation> = {};
  for (const name of [...castable, ...castable.map((type) => `${type}?`), 'string', 'Uri', 'byte[]']) {
    members[`static explicit operator ${name}(JToken value)`] = (value: JToken | null) =>
      castToken(value, typeNamed(name));
    members[`static implicit operator JToken(${name} value)`] = typedValue(name);
  }
  return members;
}

/** A number must say its type on the way into JSON. */
function typedValue(name: string): Callable {
  const isWhole = /^s?byte\??$|^u?short\??$|^u?int\??$|^u?long\??$/.test(name);
  const isChar = name.startsWith('char');
  return (value: unknown) => {
    if (value === null) return new JValue(null);
    if (isWhole) return new JValue(BigInt(value as number | bigint));
    if (isChar) return new JValue(String.fromCharCode(value as number));
    return new JValue(value as never);
  };
}

function position(self: JToken): { siblings: readonly JToken[]; at: number } {
  const siblings = self.parent?.children ?? [];
  return { siblings, at: siblings.indexOf(self) };
}

function first(self: JToken): JToken | null {
  if (!(self instanceof JContainer)) throw noChildren(self);
  return self.children[0] ?? null;
}

function last(self: JToken): JToken | null {
  if (!(self instanceof JContainer)) throw noChildren(self);
  return self.children.at(-1) ?? null;
}

function noChildren(self: JToken): NetException {
  return new NetException('InvalidOperationException', `Cannot access child value on ${self.netType.fullName}.`);
}

function addBeside(self: JToken, content: unknown, offset: number): void {
  if (!(self.parent instanceof JArray)) throw new NetException('InvalidOperationException', 'The parent is missing.');
  self.parent.insert(self.parent.items.indexOf(self) + offset, contentToken(content));
}

define({ name: 'IJEnumerable', namespace, kind: 'interface', parameters: ['T'], interfaces: ['IEnumerable<T>'] });

define({
  name: 'JToken',
  namespace,
  kind: 'class',
  base: 'object',
  interfaces: ['IJEnumerable<JToken>'],
  members: {
    ...conversions(),
    'static JToken Parse(string json)': (json: string) => parseJson(required(json)),
    'static JToken FromObject(object o)': (value: unknown) => tokenFrom(value),
    'static bool DeepEquals(JToken t1, JToken t2)': (a: JToken | null, b: JToken | null) =>
      a === null || b === null ? a === b : a.sameAs(b),
    'JToken this[object key]': {
      get: (self: JToken, key: unknown) => self.child(key),
      set: (self: JToken, key: unknown, value: JToken | null) => self.setChild(key, value),
    },
    'JTokenType Type': (self: JToken) => self.tokenType,
    'string Path': (self: JToken) => self.path,
    'JContainer Parent': (self: JToken) => self.parent,
    'JToken Root': (self: JToken) => self.root,
    'bool HasValues': (self: JToken) => self.children.length > 0,
    'JToken First': first,
    'JToken Last': last,
    'JToken Next': (self: JToken) => {
      const { siblings, at } = position(self);
      return siblings[at + 1] ?? null;
    },
    'JToken Previous': (self: JToken) => {
      const { siblings, at } = position(self);
      return at > 0 ? siblings[at - 1] : null;
    },
    'IEnumerable<JToken> Children()': (self: JToken) => tokens(self.children),
    'IEnumerable<T> Children<T>()': typed(
      (types) => (self: JToken) =>
        netArray(
          types('T'),
          self.children.filter((child) => child.netType.ancestors.includes(types('T'))),
        ),
    ),
    'JToken SelectToken(string path)': (self: JToken, path: string) => selectToken(self, path),
    'JToken SelectToken(string path, bool errorWhenNoMatch)': selectToken,
    'IEnumerable<JToken> SelectTokens(string path)': (self: JToken, path: string) => tokens(selectTokens(self, path)),
    'T Value<T>(object key)': typed((types) => {
      const type = types('T');
      return (self: JToken, key: unknown) => convertToken(self.child(key), type);
    }),
    'IEnumerable<T> Values<T>()': typed((types) => {
      const type = types('T');
      return (self: JToken) =>
        netArray(
          type,
          childValues(self).map((child) => convertToken(child, type)),
        );
    }),
    'T ToObject<T>()': typed((types) => {
      const type = types('T');
      return (self: JToken) => tokenTo(self, type);
    }),
    'JToken DeepClone()': (self: JToken) => self.clone(),
    'void Remove()': (self: JToken) => self.remove(),
    'void Replace(JToken value)': (self: JToken, value: JToken | null) => self.replace(value),
    'void AddAfterSelf(object content)': (self: JToken, content: unknown) => addBeside(self, content, 1),
    'void AddBeforeSelf(object content)': (self: JToken, content: unknown) => addBeside(self, content, 0),
    'IEnumerable<JContainer> Ancestors()': (self: JToken) => {
      const found: JContainer[] = [];
      for (let at = self.parent; at; at = at.parent) found.push(at);
      return tokens(found, 'JContainer');
    },
    'string ToString()': (self: JToken) => self.toString(),
    'string ToString(Formatting formatting)': toStringWith,
    'string ToString(Formatting formatting, params object[] converters)': toStringWith,
  },
});

function childValues(self: JToken): readonly JToken[] {
  return self instanceof JObject ? self.children.map((property) => property.value) : self.children;
}

function toStringWith(self: JToken, formatting: number): string {
  return self.toJson(formatting === 1);
}

function required(json: string | null): string {
  if (json === null) throw new NetException('ArgumentNullException', "Value cannot be null. (Parameter 's')");
  return json;
}

define({
  name: 'JContainer',
  namespace,
  kind: 'class',
  base: 'JToken',
  members: {
    'int Count': (self: JContainer) => self.children.length,
    'IEnumerable<JToken> Descendants()': (self: JContainer) =>
      new Sequence(typeNamed('JToken'), () => self.descendants()),
    'IEnumerable<JToken> DescendantsAndSelf()': (self: JContainer) => tokens([self, ...self.descendants()]),
  },
});

define({
  name: 'JProperty',
  namespace,
  kind: 'class',
  base: 'JContainer',
  members: {
    'JProperty(string name, object content)': (name: string, content: unknown) =>
      new JProperty(name, contentToken(content)),
    'JProperty(string name, params object[] content)': (name: string, content: unknown[]) =>
      new JProperty(
        name,
        content.length === 1 ? contentToken(content[0]) : contentToken(netArray(typeNamed('object'), content)),
      ),
    'string Name': (self: JProperty) => self.name,
    'JToken Value': {
      get: (self: JProperty) => self.value,
      set: (self: JProperty, value: JToken | null) => (self.value = orNull(value)),
    },
  },
});

/** Adds content to an object: properties, or all those of another object. */
function addToObject(self: JObject, content: unknown): void {
  if (content instanceof JProperty) self.addProperty(content);
  else if (content instanceof JObject) for (const property of content.children) self.addProperty(property);
  else if (typeof content === 'object' && content !== null && Symbol.iterator in content)
    for (const item of content as Iterable<unknown>) addToObject(self, item);
  else throw argument(`Can not add ${contentToken(content).netType.fullName} to Newtonsoft.Json.Linq.JObject.`);
}

function objectWith(content: readonly unknown[]): JObject {
  const object = new JObject();
  for (const item of content) addToObject(object, item);
  return object;
}

function getCaseless(self: JObject, name: string, comparison: number): JToken | null {
  return (
    self.get(name) ?? self.children.find((property) => equalStrings(property.name, name, comparison))?.value ?? null
  );
}

function tryGet(self: JObject, name: string, result: Cell): boolean {
  result.v = self.get(name);
  return result.v !== null;
}

function pairsOf(self: JObject): unknown {
  const [string, token] = [typeNamed('string'), typeNamed('JToken')];
  const pair = (property: JProperty) => new KeyValuePair(string, token, property.name, property.value);
  return new Sequence(typeNamed('KeyValuePair<string, JToken>'), () => self.children.map(pair)[Symbol.iterator]());
}

define({
  name: 'JObject',
  namespace,
  kind: 'class',
  base: 'JContainer',
  interfaces: ['IEnumerable<KeyValuePair<string, JToken>>'],
  views: { 'IEnumerable<KeyValuePair<string, JToken>>': pairsOf },
  enumerates: 'KeyValuePair<string, JToken>',
  members: {
    'JObject()': () => new JObject(),
    'JObject(JObject other)': (other: JObject) => other.clone(),
    'JObject(object content)': (content: unknown) => objectWith([content]),
    'JObject(params object[] content)': (content: unknown[]) => objectWith(content),
    'static JObject Parse(string json)': (json: string) => parseJsonObject(required(json)),
    'static JObject FromObject(object o)': (value: unknown) => {
      const token = tokenFrom(value);
      if (token instanceof JObject) return token;
      throw argument(`Object serialized to ${token.typeName}. JObject instance expected.`);
    },
    'JToken this[string propertyName]': {
      get: (self: JObject, name: string) => self.get(name),
      set: (self: JObject, name: string, value: JToken | null) => self.set(name, orNull(value)),
    },
    'void Add(string propertyName, JToken value)': (self: JObject, name: string, value: JToken | null) =>
      self.addProperty(new JProperty(name, orNull(value))),
    'void Add(object content)': addToObject,
    'bool Remove(string propertyName)': (self: JObject, name: string) => {
      const property = self.properties.get(name);
      property?.remove();
      return property !== undefined;
    },
    'void RemoveAll()': (self: JObject) => {
      for (const property of self.children) property.remove();
    },
    'bool ContainsKey(string propertyName)': (self: JObject, name: string) => self.properties.has(name),
    'JProperty Property(string name)': (self: JObject, name: string) => self.properties.get(name) ?? null,
    'IEnumerable<JProperty> Properties()': (self: JObject) => tokens(self.children, 'JProperty'),
    'IEnumerable<JToken> PropertyValues()': (self: JObject) => tokens(self.children.map((property) => property.value)),
    'JToken GetValue(string propertyName)': (self: JObject, name: string) => self.get(name),
    'JToken GetValue(string propertyName, StringComparison comparison)': getCaseless,
    'bool TryGetValue(string propertyName, out JToken value)': tryGet,
    'bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)': (
      self: JObject,
      name: string,
      comparison: number,
      result: Cell,
    ) => {
      result.v = getCaseless(self, name, comparison);
      return result.v !== null;
    },
    'void Merge(object content)': (self: JObject, content: unknown) => merge(self, content as JObject),
    'JObject DeepClone()': (self: JObject) => self.clone(),
  },
});

/** Merge with its defaults: objects are merged, arrays are concatenated, nulls leave what is there. */
function merge(self: JObject, content: JObject): void {
  for (const property of content.children) {
    const own = self.get(property.name);
    const { value } = property;
    if (own instanceof JObject && value instanceof JObject) merge(own, value);
    else if (own instanceof JArray && value instanceof JArray)
      for (const item of value.items) own.insert(own.items.length, item);
    else if (own === null || !(value instanceof JValue && value.value === null)) self.set(property.name, value);
  }
}

function arrayWith(content: readonly unknown[]): JArray {
  const array = new JArray();
  for (const item of content) array.insert(array.items.length, contentToken(item));
  return array;
}

/** One argument that is itself a sequence gives its elements. */
function arrayFrom(content: unknown): JArray {
  const isSequence =
    typeof content === 'object' &&
    content !== null &&
    Symbol.iterator in content &&
    !(content instanceof Uint8Array) &&
    !(content instanceof JObject) &&
    !(content instanceof JProperty);
  if (!isSequence) return arrayWith([content]);
  const token = contentToken(content instanceof JArray ? netArray(typeNamed('JToken'), [...content.items]) : content);
  return token instanceof JArray ? token : arrayWith([content]);
}

define({
  name: 'JArray',
  namespace,
  kind: 'class',
  base: 'JContainer',
  interfaces: ['IList<JToken>'],
  members: {
    'JArray()': () => new JArray(),
    'JArray(object content)': arrayFrom,
    'JArray(params object[] content)': arrayWith,
    'static JArray Parse(string json)': (json: string) => parseJsonArray(required(json)),
    'static JArray FromObject(object o)': (value: unknown) => {
      const token = tokenFrom(value);
      if (token instanceof JArray) return token;
      throw argument(`Object serialized to ${token.typeName}. JArray instance expected.`);
    },
    'int Count': (self: JArray) => self.items.length,
    'JToken this[int index]': {
      get: (self: JArray, index: number) => self.at(index),
      set: (self: JArray, index: number, value: JToken | null) => self.replaceChild(self.at(index), orNull(value)),
    },
    'void Add(JToken item)': (self: JArray, item: JToken | null) => self.insert(self.items.length, orNull(item)),
    'void Add(object content)': (self: JArray, content: unknown) =>
      self.insert(self.items.length, contentToken(content)),
    'void Insert(int index, JToken item)': (self: JArray, index: number, item: JToken | null) =>
      self.insert(index, orNull(item)),
    'void RemoveAt(int index)': (self: JArray, index: number) => self.removeAt(index),
    'bool Remove(JToken item)': (self: JArray, item: JToken) => {
      const at = self.items.indexOf(item);
      if (at !== -1) self.removeAt(at);
      return at !== -1;
    },
    'void Clear()': (self: JArray) => {
      while (self.items.length > 0) self.removeAt(self.items.length - 1);
    },
    'bool Contains(JToken item)': (self: JArray, item: JToken) => self.items.includes(item),
    'int IndexOf(JToken item)': (self: JArray, item: JToken) => self.items.indexOf(item),
  },
});

define({
  name: 'JValue',
  namespace,
  kind: 'class',
  base: 'JToken',
  interfaces: ['IComparable'],
  members: {
    'JValue(object value)': (value: unknown) => new JValue((tokenFrom(value) as JValue).value),
    'static JValue CreateNull()': () => new JValue(null),
    'static JValue CreateString(string value)': (value: string | null) => new JValue(value),
    'object Value': {
      get: (self: JValue) => self.boxed,
      set: (self: JValue, value: unknown) => (self.value = (tokenFrom(value) as JValue).value),
    },
  },
});

/** Extensions.Value<T>(): a token, or one found by LINQ, as a T. */
define({
  name: 'Extensions',
  namespace,
  kind: 'static',
  members: {
    'static T Value<T>(this IEnumerable<JToken> value)': typed((types) => {
      const type: NetType = types('T');
      return (value: JToken) => convertToken(value, type);
    }),
    'static IEnumerable<T> Values<T>(this IEnumerable<JToken> source)': typed((types) => {
      const type = types('T');
      return ((source: Iterable<JToken>) =>
        netArray(
          type,
          Array.from(source, (token) => convertToken(token, type)),
        )) as Callable;
    }),
    'static IEnumerable<JToken> Children(this IEnumerable<JToken> source)': (source: Iterable<JToken>) =>
      tokens([...source].flatMap((token) => token.children)),
    'static IEnumerable<JToken> Values(this IEnumerable<JToken> source)': (source: Iterable<JToken>) =>
      tokens([...source].flatMap(childValues)),
    'static IEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)': (
      source: Iterable<JToken>,
      key: unknown,
    ) => tokens([...source].flatMap((token) => token.child(key) ?? [])),
  },
});

define({
  name: 'JsonConvert',
  namespace: 'Newtonsoft.Json',
  kind: 'static',
  members: {
    'static string SerializeObject(object value)': (value: unknown) => tokenFrom(value).toJson(false),
    'static string SerializeObject(object value, Formatting formatting)': (value: unknown, formatting: number) =>
      tokenFrom(value).toJson(formatting === 1),
    'static object DeserializeObject(string value)': (value: string) =>
      tokenTo(parseJson(required(value)), typeNamed('object')),
    'static T DeserializeObject<T>(string value)': typed((types) => {
      const type = types('T');
      return (value: string) => tokenTo(parseJson(required(value)), type);
    }),
  },
});
