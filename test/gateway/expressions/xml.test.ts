import test from 'ava';
import { ran, shown, thrown } from '../../support/expressions.ts';

const order = `<?xml version="1.0" encoding="utf-8"?>
<!-- an order -->
<o:order xmlns:o="urn:o" xmlns="urn:d" id="7" o:kind="big">
  <item price="1.5">bolt &amp; nut</item>
  <item price="2"><![CDATA[<gear>]]></item>
  <when>2024-02-29T12:00:00Z</when>
</o:order>`;
const text = JSON.stringify(order);
const sample = { body: order, contentType: 'text/xml' };

function table(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows)
      t.is(ran(`XNamespace d = "urn:d"; var doc = XDocument.Parse(${text}); return ${source};`), result, source);
  });
}

table('documents are searched by name, with and without a namespace', [
  ['doc.Root.Name', 'XName {urn:o}order'],
  ['doc.Root.Name.LocalName + " " + doc.Root.Name.Namespace', 'String order urn:o'],
  ['doc.Root.Element("item") == null', 'Boolean True'],
  ['doc.Root.Element(d + "item").Value', 'String bolt & nut'],
  ['doc.Root.Elements(d + "item").Last().Value', 'String <gear>'],
  ['doc.Descendants().Where(e => e.Name.LocalName == "item").Count()', 'Int32 2'],
  ['doc.Descendants("{urn:d}when").First().Value.Length', 'Int32 20'],
  [
    'doc.Elements(XName.Get("order", "urn:o")).Elements(d + "item").Select(i => (string)i).First()',
    'String bolt & nut',
  ],
  ['doc.Root.Element(d + "none")?.Value ?? "none"', 'String none'],
  ['doc.Root.Value.Substring(0, 16)', 'String bolt & nut<gear>'],
  ['doc.Root.Nodes().Count()', 'Int32 3'],
  ['doc.Nodes().Count() + " " + doc.Declaration.Encoding', 'String 2 utf-8'],
  ['doc.Descendants(d + "when").Single().Parent.Name == doc.Root.Name', 'Boolean True'],
  ['doc.Root.Name == XNamespace.Get("urn:o") + "order"', 'Boolean True'],
]);

table('attributes and texts are cast to what they say', [
  ['(int)doc.Root.Attribute("id") + 1', 'Int32 8'],
  ['(string)doc.Root.Attribute("none")', 'null'],
  ['(int?)doc.Root.Attribute("none")', 'null'],
  ['doc.Root.Attribute(XNamespace.Get("urn:o") + "kind").Value', 'String big'],
  ['doc.Root.Elements(d + "item").Sum(i => (double)i.Attribute("price"))', 'Double 3.5'],
  ['((DateTime)doc.Root.Element(d + "when")).Day', 'Int32 29'],
  ['doc.Root.Elements().Attributes("price").Count()', 'Int32 2'],
  ['doc.Root.Attributes().Count(a => a.IsNamespaceDeclaration)', 'Int32 2'],
  ['(bool)new XElement("a", true)', 'Boolean True'],
]);

test('documents are written as .NET writes them', (t) => {
  const made = `new XElement("a", new XAttribute("n", "\\"<&\\n"), new XElement("b", 1, "x", null), new XElement("c"),
    new[] { 1, 2 }.Select(i => new XElement("d", i)))`;
  const lines = '<a n="&quot;&lt;&amp;&#xA;">\r\n  <b>1x</b>\r\n  <c />\r\n  <d>1</d>\r\n  <d>2</d>\r\n</a>';
  t.is(shown(`${made}.ToString()`), `String ${lines}`);
  t.is(shown(`${made}.ToString(SaveOptions.DisableFormatting)`), `String ${lines.replaceAll(/\r\n */g, '')}`);
  t.is(
    shown('XElement.Parse("<a>x<b><c/></b></a>").ToString()'),
    'String <a>x<b><c /></b></a>',
    'no line is broken beside text',
  );
  t.is(shown('XElement.Parse("<a> <b/> </a>", LoadOptions.PreserveWhitespace).ToString()'), 'String <a> <b /> </a>');
  t.is(
    ran(`return XDocument.Parse(${text}).ToString().StartsWith("<!-- an order -->\\r\\n<o:order xmlns:o=");`),
    'Boolean True',
  );
  t.is(shown('new XDocument(new XDeclaration("1.0", "utf-8", null), new XElement("a")).ToString()'), 'String <a />');
  t.is(shown('XElement.Parse("<a></a>").IsEmpty'), 'Boolean False');
});

test('namespaces are declared where they are needed', (t) => {
  const soap = `XNamespace s = "urn:s"; XNamespace n = "urn:n";
    return new XElement(s + "e", new XAttribute(XNamespace.Xmlns + "s", s), new XElement(s + "b", new XElement(n + "c", new XElement("d")))).ToString(SaveOptions.DisableFormatting);`;
  t.is(ran(soap), 'String <s:e xmlns:s="urn:s"><s:b><c xmlns="urn:n"><d xmlns="" /></c></s:b></s:e>');
  t.is(
    ran(`return XDocument.Parse(${text}).Root.Elements().Last().ToString();`),
    'String <when xmlns="urn:d">2024-02-29T12:00:00Z</when>',
  );
  t.is(
    shown(`XElement.Parse("<p:a xmlns:p='urn:p'><p:b p:c='1'/></p:a>").Elements().First().ToString()`),
    'String <p:b p:c="1" xmlns:p="urn:p" />',
  );
  t.is(
    ran('XNamespace n = "urn:n"; return new XElement("a", new XAttribute(n + "b", 1)).ToString();'),
    'String <a p1:b="1" xmlns:p1="urn:n" />',
  );
});

test('documents are changed in place', (t) => {
  const changed = (statements: string) =>
    ran(
      `var a = XElement.Parse("<a x='1'><b>1</b><c/><b>2</b></a>"); ${statements} return a.ToString(SaveOptions.DisableFormatting);`,
    );
  t.is(changed('a.Element("b").Remove();'), 'String <a x="1"><c /><b>2</b></a>');
  t.is(changed('a.Elements("b").Remove();'), 'String <a x="1"><c /></a>');
  t.is(changed('a.Element("c").ReplaceWith(new XElement("d", "x"));'), 'String <a x="1"><b>1</b><d>x</d><b>2</b></a>');
  t.is(
    changed('a.Element("c").AddAfterSelf("t"); a.AddFirst(new XComment("k"));'),
    'String <a x="1"><!--k--><b>1</b><c />t<b>2</b></a>',
  );
  t.is(
    changed('a.Element("b").Value = "<"; a.Name = "z"; a.SetAttributeValue("x", null); a.SetAttributeValue("y", 2);'),
    'String <z y="2"><b>&lt;</b><c /><b>2</b></z>',
  );
  t.is(
    changed('a.SetElementValue("c", 5); a.SetElementValue("d", true); a.Element("b").RemoveNodes();'),
    'String <a x="1"><b /><c>5</c><b>2</b><d>true</d></a>',
  );
  t.is(
    changed('foreach (var e in a.Descendants().ToList()) { if (e.Value == "2") e.Remove(); }'),
    'String <a x="1"><b>1</b><c /></a>',
  );
  t.is(
    changed('a.Add(a.Element("b"));'),
    'String <a x="1"><b>1</b><c /><b>2</b><b>1</b></a>',
    'a node that has a parent is copied',
  );
});

test('bodies are read as XML', (t) => {
  t.is(shown('context.Request.Body.As<XDocument>(preserveContent: true).Root.Name.LocalName', sample), 'String order');
  t.is(shown('context.Request.Body.As<XElement>().Elements().Count()', sample), 'Int32 3');
  t.is(
    shown(
      'new JObject(new JProperty("v", context.Request.Body.As<XElement>().Elements().First().Value)).ToString(Formatting.None)',
      sample,
    ),
    'String {"v":"bolt & nut"}',
  );
});

test('what is no XML throws, and can be caught', (t) => {
  t.regex(thrown('@(XDocument.Parse("<a><b></a>"))'), /^XmlException: .+ Line 1, position \d+\.$/);
  t.regex(thrown('@(XElement.Parse("x"))'), /^XmlException: /);
  t.regex(thrown('@(XDocument.Parse("<!DOCTYPE a><a/>"))'), /^XmlException: For security reasons DTD is prohibited/);
  t.is(thrown('@(XDocument.Parse(null))'), "ArgumentNullException: Value cannot be null. (Parameter 's')");
  t.is(
    ran('try { XDocument.Parse("{}"); return "read"; } catch (Exception e) { return e.GetType().Name; }'),
    'String XmlException',
  );
  t.regex(thrown('@(new XElement("a b"))'), /^ArgumentException: /);
  t.is(
    thrown('@((int)XElement.Parse("<a/>").Attribute("x"))'),
    "ArgumentNullException: Value cannot be null. (Parameter 'attribute')",
  );
});
