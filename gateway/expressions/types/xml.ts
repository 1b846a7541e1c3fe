import { argumentNull, format } from '../exceptions.ts';
import { parseDateTimeOrThrow } from '../runtime/datetime-parse.ts';
import { Guid } from '../runtime/guid.ts';
import { netArray } from '../runtime/value.ts';
import { XName, XNamespace, xmlNamespace, xmlnsNamespace } from '../runtime/xml/names.ts';
import {
  XAttribute,
  type XContainer,
  XDeclaration,
  XDocument,
  XElement,
  type XNode,
  XText,
  xmlText,
} from '../runtime/xml/nodes.ts';
import { parseXml } from '../runtime/xml/read.ts';
import { writeNode } from '../runtime/xml/write.ts';
import { type Callable, define, type Implementation, typeNamed } from '../type.ts';
import { parseInteger, readDouble } from './numbers.ts';

/*
 * LINQ to XML: https://learn.microsoft.com/dotnet/api/system.xml.linq. Of each type the members that navigate, read,
 * make and change; neither streams nor schemas nor events.
 */
const namespace = 'System.Xml.Linq';
type Name = XName | null;

function named(name: Name): XName {
  if (name === null) throw argumentNull('name');
  return name;
}

const elements = (items: Iterable<XElement>) => netArray(typeNamed('XElement'), [...items]);
const nodes = (items: Iterable<XNode>) => netArray(typeNamed('XNode'), [...items]);
const attributes = (items: Iterable<XAttribute>) => netArray(typeNamed('XAttribute'), [...items]);
const called = (items: Iterable<XElement>, name: Name) =>
  elements([...items].filter((item) => item.name.equals(named(name))));

define({
  name: 'SaveOptions',
  namespace,
  kind: 'enum',
  values: { None: 0, DisableFormatting: 1, OmitDuplicateNamespaces: 2 },
});
define({
  name: 'LoadOptions',
  namespace,
  kind: 'enum',
  values: { None: 0, PreserveWhitespace: 1, SetBaseUri: 2, SetLineInfo: 4 },
});

const equality = (type: string): Record<string, Implementation> => ({
  [`static bool operator ==(${type} left, ${type} right)`]: (a: XName | null, b: XName | null) =>
    a === null || b === null ? a === b : a.equals(b),
  [`static bool operator !=(${type} left, ${type} right)`]: (a: XName | null, b: XName | null) =>
    !(a === null || b === null ? a === b : a.equals(b)),
});

define({
  name: 'XNamespace',
  namespace,
  kind: 'class',
  base: 'object',
  members: {
    'static XNamespace None': () => new XNamespace(''),
    'static XNamespace Xml': () => new XNamespace(xmlNamespace),
    'static XNamespace Xmlns': () => new XNamespace(xmlnsNamespace),
    'static XNamespace Get(string namespaceName)': (name: string | null) => XNamespace.from(name),
    'static implicit operator XNamespace(string namespaceName)': (name: string | null) =>
      name === null ? null : XNamespace.from(name),
    'string NamespaceName': (self: XNamespace) => self.name,
    'XName GetName(string localName)': (self: XNamespace, local: string) => new XName(local, self.name),
    'static XName operator +(XNamespace ns, string localName)': (space: XNamespace, local: string) =>
      new XName(local, space.name),
    ...equality('XNamespace'),
  },
});
define({
  name: 'XName',
  namespace,
  kind: 'class',
  base: 'object',
  members: {
    'static XName Get(string expandedName)': (name: string | null) => XName.from(name),
    'static XName Get(string localName, string namespaceName)': (local: string, space: string) =>
      new XName(local, space),
    'static implicit operator XName(string expandedName)': (name: string | null) =>
      name === null ? null : XName.from(name),
    'string LocalName': (self: XName) => self.local,
    'string NamespaceName': (self: XName) => self.space,
    'XNamespace Namespace': (self: XName) => new XNamespace(self.space),
    ...equality('XName'),
  },
});
define({
  name: 'XObject',
  namespace,
  kind: 'class',
  base: 'object',
  members: {
    'XElement Parent': (self: XNode | XAttribute) => (self.parent instanceof XElement ? self.parent : null),
    'XDocument Document': (self: XNode | XAttribute) => {
      let at: XNode | XAttribute | null = self;
      while (at && !(at instanceof XDocument)) at = at.parent;
      return at;
    },
  },
});

function ancestors(self: XNode): XElement[] {
  const found: XElement[] = [];
  for (let at = self.parent; at instanceof XElement; at = at.parent) found.push(at);
  return found;
}
const after = ({ siblings: { all, at } }: XNode) => all.slice(at + 1);
const before = ({ siblings: { all, at } }: XNode) => all.slice(0, Math.max(at, 0));
const onlyElements = (items: readonly XNode[]) => items.filter((item) => item instanceof XElement);

define({
  name: 'XNode',
  namespace,
  kind: 'class',
  base: 'XObject',
  members: {
    'XNode NextNode': (self: XNode) => after(self)[0] ?? null,
    'XNode PreviousNode': (self: XNode) => before(self).at(-1) ?? null,
    'void Remove()': (self: XNode) => self.remove(),
    'void ReplaceWith(params object[] content)': (self: XNode, content: unknown[]) => self.replaceWith(content),
    'void AddAfterSelf(params object[] content)': (self: XNode, content: unknown[]) => self.addBeside(content, 1),
    'void AddBeforeSelf(params object[] content)': (self: XNode, content: unknown[]) => self.addBeside(content, 0),
    'IEnumerable<XElement> Ancestors()': (self: XNode) => elements(ancestors(self)),
    'IEnumerable<XElement> Ancestors(XName name)': (self: XNode, name: Name) => called(ancestors(self), name),
    'IEnumerable<XElement> ElementsAfterSelf()': (self: XNode) => elements(onlyElements(after(self))),
    'IEnumerable<XElement> ElementsAfterSelf(XName name)': (self: XNode, name: Name) =>
      called(onlyElements(after(self)), name),
    'IEnumerable<XElement> ElementsBeforeSelf()': (self: XNode) => elements(onlyElements(before(self))),
    'string ToString(SaveOptions options)': (self: XNode, options: number) => writeNode(self, (options & 1) === 0),
  },
});

for (const [name, base] of [
  ['XText', 'XNode'],
  ['XCData', 'XText'],
  ['XComment', 'XNode'],
] as const) {
  define({
    name,
    namespace,
    kind: 'class',
    base,
    members: {
      [`${name}(string value)`]: (value: string | null) => {
        if (value === null) throw argumentNull('value');
        return new XText(value, name);
      },
      'string Value': {
        get: (self: XText) => self.value,
        set: (self: XText, value: string) => void (self.value = value),
      },
    },
  });
}

define({
  name: 'XContainer',
  namespace,
  kind: 'class',
  base: 'XNode',
  members: {
    'XElement Element(XName name)': (self: XContainer, name: Name) =>
      self.elements.find((element) => element.name.equals(named(name))) ?? null,
    'IEnumerable<XElement> Elements()': (self: XContainer) => elements(self.elements),
    'IEnumerable<XElement> Elements(XName name)': (self: XContainer, name: Name) => called(self.elements, name),
    'IEnumerable<XElement> Descendants()': (self: XContainer) => elements(self.descendants()),
    'IEnumerable<XElement> Descendants(XName name)': (self: XContainer, name: Name) => called(self.descendants(), name),
    'IEnumerable<XNode> Nodes()': (self: XContainer) => nodes(self.nodes),
    'XNode FirstNode': (self: XContainer) => self.nodes[0] ?? null,
    'XNode LastNode': (self: XContainer) => self.nodes.at(-1) ?? null,
    'void Add(params object[] content)': (self: XContainer, content: unknown[]) => self.add(content),
    'void AddFirst(params object[] content)': (self: XContainer, content: unknown[]) => self.insert(0, content),
    'void RemoveNodes()': (self: XContainer) => self.removeNodes(),
    'void ReplaceNodes(params object[] content)': (self: XContainer, content: unknown[]) => {
      self.removeNodes();
      self.add(content);
    },
  },
});

/** How the text of an element or an attribute becomes a value. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  bool: (text) => {
    const word = text.trim().toLowerCase();
    if (word === 'true' || word === '1') return true;
    if (word === 'false' || word === '0') return false;
    throw format(`The string '${text}' is not a valid Boolean value.`);
  },
  int: (text) => parseInteger(text, 'int'),
  uint: (text) => parseInteger(text, 'uint'),
  long: (text) => parseInteger(text, 'long'),
  ulong: (text) => parseInteger(text, 'ulong'),
  double: (text) => {
    const value = readDouble(text.trim().replace(/INF$/, 'Infinity'));
    if (value === undefined) throw format();
    return value;
  },
  DateTime: (text) => parseDateTimeOrThrow(text),
  Guid: (text) => Guid.parse(text),
};

function castsOf(type: string): Record<string, Implementation> {
  const members: Record<string, Implementation> = {
    [`static explicit operator string(${type} value)`]: (item: { value: string } | null) => item?.value ?? null,
  };
  for (const [name, read] of Object.entries(readers)) {
    members[`static explicit operator ${name}(${type} value)`] = (item: { value: string } | null) => {
      if (!item) throw argumentNull(type === 'XElement' ? 'element' : 'attribute');
      return read(item.value);
    };
    members[`static explicit operator ${name}?(${type} value)`] = (item: { value: string } | null) =>
      item ? read(item.value) : null;
  }
  return members;
}

define({
  name: 'XAttribute',
  namespace,
  kind: 'class',
  base: 'XObject',
  members: {
    'XAttribute(XName name, object value)': (name: Name, value: unknown) => {
      if (value === null) throw argumentNull('value');
      return new XAttribute(named(name), value);
    },
    'XName Name': (self: XAttribute) => self.name,
    'string Value': {
      get: (self: XAttribute) => self.value,
      set: (self: XAttribute, value: string) => void (self.value = value),
    },
    'bool IsNamespaceDeclaration': ({ name }: XAttribute) =>
      name.space === xmlnsNamespace || (name.space === '' && name.local === 'xmlns'),
    'void Remove()': (self: XAttribute) => self.remove(),
    'void SetValue(object value)': (self: XAttribute, value: unknown) => void (self.value = xmlText(value)),
    ...castsOf('XAttribute'),
  },
});

function setElement(self: XElement, name: Name, value: unknown): void {
  const known = self.elements.find((element) => element.name.equals(named(name)));
  if (value === null) known?.remove();
  else if (known) known.value = xmlText(value);
  else self.add([new XElement(named(name), [value])]);
}

const root = (text: string | null, options = 0) => {
  const parsed = parseXml(text, (options & 1) === 1).root!;
  parsed.remove();
  return parsed;
};

define({
  name: 'XElement',
  namespace,
  kind: 'class',
  base: 'XContainer',
  members: {
    'XElement(XName name, params object[] content)': (name: Name, content: unknown[]) =>
      new XElement(named(name), content),
    'static XElement Parse(string text)': (text: string | null) => root(text),
    'static XElement Parse(string text, LoadOptions options)': root,
    'XName Name': {
      get: (self: XElement) => self.name,
      set: (self: XElement, name: Name) => void (self.name = named(name)),
    },
    'string Value': {
      get: (self: XElement) => self.value,
      set: (self: XElement, value: string) => void (self.value = value),
    },
    'bool HasElements': (self: XElement) => self.elements.length > 0,
    'bool HasAttributes': (self: XElement) => self.attributes.length > 0,
    'bool IsEmpty': (self: XElement) => self.isEmpty,
    'XAttribute FirstAttribute': (self: XElement) => self.attributes[0] ?? null,
    'XAttribute Attribute(XName name)': (self: XElement, name: Name) => self.attribute(named(name)) ?? null,
    'IEnumerable<XAttribute> Attributes()': (self: XElement) => attributes(self.attributes),
    'IEnumerable<XAttribute> Attributes(XName name)': (self: XElement, name: Name) =>
      attributes(self.attributes.filter((attribute) => attribute.name.equals(named(name)))),
    'IEnumerable<XElement> AncestorsAndSelf()': (self: XElement) => elements([self, ...ancestors(self)]),
    'IEnumerable<XElement> DescendantsAndSelf()': (self: XElement) => elements([self, ...self.descendants()]),
    'IEnumerable<XElement> DescendantsAndSelf(XName name)': (self: XElement, name: Name) =>
      called([self, ...self.descendants()], name),
    'XNamespace GetDefaultNamespace()': (self: XElement) => {
      const declared = [self, ...ancestors(self)].map((element) => element.attribute(new XName('xmlns'))?.value);
      return new XNamespace(declared.find((space) => space !== undefined) ?? '');
    },
    'void SetAttributeValue(XName name, object value)': (self: XElement, name: Name, value: unknown) =>
      self.setAttribute(named(name), value),
    'void SetElementValue(XName name, object value)': setElement,
    'void SetValue(object value)': (self: XElement, value: unknown) => void (self.value = xmlText(value)),
    'void RemoveAttributes()': (self: XElement) => {
      for (const attribute of [...self.attributes]) attribute.remove();
    },
    'void RemoveAll()': (self: XElement) => {
      for (const attribute of [...self.attributes]) attribute.remove();
      self.removeNodes();
    },
    ...castsOf('XElement'),
  },
});

define({
  name: 'XDeclaration',
  namespace,
  kind: 'class',
  base: 'object',
  members: {
    'XDeclaration(string version, string encoding, string standalone)': (
      version: string | null,
      encoding: string | null,
      standalone: string | null,
    ) => new XDeclaration(version, encoding, standalone),
    'string Version': (self: XDeclaration) => self.version,
    'string Encoding': (self: XDeclaration) => self.encoding,
    'string Standalone': (self: XDeclaration) => self.standalone,
  },
});
define({
  name: 'XDocument',
  namespace,
  kind: 'class',
  base: 'XContainer',
  members: {
    'XDocument(params object[] content)': (content: unknown[]) => new XDocument(content),
    'static XDocument Parse(string text)': (text: string | null) => parseXml(text),
    'static XDocument Parse(string text, LoadOptions options)': (text: string | null, options: number) =>
      parseXml(text, (options & 1) === 1),
    'XElement Root': (self: XDocument) => self.root,
    'XDeclaration Declaration': (self: XDocument) => self.declaration,
  },
});

const over = (find: (container: XContainer) => Iterable<XElement>): Callable[] => [
  (source: Iterable<XContainer>) => elements([...source].flatMap((item) => [...find(item)])),
  (source: Iterable<XContainer>, name: Name) =>
    called(
      [...source].flatMap((item) => [...find(item)]),
      name,
    ),
];
const [allElements, elementsNamed] = over((container) => container.elements);
const [allDescendants, descendantsNamed] = over((container) => container.descendants());

define({
  name: 'XmlExtensions',
  kind: 'static',
  members: {
    'static IEnumerable<XElement> Elements(this IEnumerable<XContainer> source)': allElements!,
    'static IEnumerable<XElement> Elements(this IEnumerable<XContainer> source, XName name)': elementsNamed!,
    'static IEnumerable<XElement> Descendants(this IEnumerable<XContainer> source)': allDescendants!,
    'static IEnumerable<XElement> Descendants(this IEnumerable<XContainer> source, XName name)': descendantsNamed!,
    'static IEnumerable<XNode> Nodes(this IEnumerable<XContainer> source)': (source: Iterable<XContainer>) =>
      nodes([...source].flatMap((item) => item.nodes)),
    'static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source)': (source: Iterable<XElement>) =>
      attributes([...source].flatMap((item) => item.attributes)),
    'static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source, XName name)': (
      source: Iterable<XElement>,
      name: Name,
    ) => attributes([...source].flatMap((item) => item.attribute(named(name)) ?? [])),
    'static void Remove(this IEnumerable<XNode> source)': (source: Iterable<XNode>) => {
      for (const node of [...source]) node.remove();
    },
    'static void Remove(this IEnumerable<XAttribute> source)': (source: Iterable<XAttribute>) => {
      for (const attribute of [...source]) attribute.remove();
    },
  },
});
