import test from 'ava';
import fc from 'fast-check';
import type { Element } from '../../gateway/document/element.ts';
import { parseDocument } from '../../gateway/document/parse.ts';

function parse(text: string): Element {
  const parsed = parseDocument('p.xml', text);
  if (Array.isArray(parsed)) throw new Error(JSON.stringify(parsed));
  return parsed;
}

const problems = (text: string) => {
  const parsed = parseDocument('p.xml', text);
  return Array.isArray(parsed) ? parsed : [];
};

test('an expression in an attribute may hold raw <, & and the quotation marks of the attribute', (t) => {
  const { attributes } = parse('<when condition="@(v.Get<int>("x") < 5 && s != "a)\\"")" />');
  t.deepEqual(attributes.get('condition'), {
    kind: 'expression',
    text: '@(v.Get<int>("x") < 5 && s != "a)\\"")',
    line: 1,
  });
});

test('single-quoted attributes may hold C# characters and strings', (t) => {
  const { attributes } = parse(`<a b='@(x == 'y' ? "it's" : @"say ""no"" (")' c='plain' />`);
  t.is(attributes.get('b')?.text, `@(x == 'y' ? "it's" : @"say ""no"" (")`);
  t.is(attributes.get('c')?.text, 'plain');
});

test('brackets and quotes in comments, interpolated and verbatim strings do not end an expression', (t) => {
  const source = `@{
    // don't stop here: ) } "
    /* nor } here */
    var a = $"{{ {list["x"].Count(y => y > 1):N0} }}" + $@"C:\\{(b ? "}" : "{")}""";
    return a + '}' + '\\'' + ")";
  }`;
  t.is(parse(`<set-body>${source}</set-body>`).text.text, source);
});

test('entity-escaped expressions mean the same as raw ones', (t) => {
  const { attributes } = parse(
    '<a b="@(x[&quot;)&quot;] &lt; 3 &amp;&amp; y &gt; 1)" c="@(f&lt;int&gt;("q") &amp;&amp; g)" />',
  );
  t.is(attributes.get('b')?.text, '@(x[")"] < 3 && y > 1)');
  t.is(attributes.get('c')?.text, '@(f<int>("q") && g)');
});

test('an entity inside a string is literal only where its author writes ampersands as they are', (t) => {
  t.is(parse('<a>@(s.Replace("&", "&amp;"))</a>').text.text, '@(s.Replace("&", "&amp;"))');
  t.is(parse('<a>@("https://h/?a=1&amp;b=2")</a>').text.text, '@("https://h/?a=1&b=2")');
});

test('CDATA holds expressions as they are', (t) => {
  t.deepEqual(parse('<a>\n<![CDATA[@(1 < 2 && "&amp;" != "")]]></a>').text, {
    kind: 'expression',
    text: '@(1 < 2 && "&amp;" != "")',
    line: 2,
  });
});

test('every element and expression knows its line in the document as written', (t) => {
  const root = parse(
    '<!-- @( -->\n<policies>\n  <inbound>\n    <a x="@{\n  return 1;\n}" />\n    <b>\n\n @(2)</b>\n  </inbound>\n</policies>',
  );
  const [a, b] = root.children[0]!.children;
  t.deepEqual([root.line, root.children[0]!.line, a!.line, b!.line], [2, 3, 4, 7]);
  t.is(a!.attributes.get('x')!.line, 4);
  t.is(b!.text.line, 9);
  t.is(b!.column, 5);
});

test('text with elements in it is kept as written', (t) => {
  t.is(parse('<set-body><a x="1">t &amp; u</a> &lt;\n</set-body>').inner, '<a x="1">t &amp; u</a> &lt;\n');
});

test('comments may hold anything', (t) => {
  const root = parse('<!-- a -- b <!-- @( --->\n<policies><!----><a b="@(1)" /><!-- - --></policies>');
  t.is(root.line, 2);
  t.is(root.children[0]!.attributes.get('b')!.text, '@(1)');
  t.regex(problems('<a><!-- open </a>')[0]!.message, /^not well-formed XML/);
});

test('a bare ampersand in a literal is an ampersand', (t) => {
  t.is(parse('<a b="/x?c=1&d=2" />').attributes.get('b')?.text, '/x?c=1&d=2');
});

test('mistakes are told with their line', (t) => {
  t.deepEqual(problems('<policies>\n<a b="@(1 + (2)" />\n</policies>'), [
    { document: 'p.xml', line: 2, message: 'this expression has no closing bracket' },
  ]);
  t.like(problems('<policies>\n<a>\n</policies>')[0], { line: 3 });
  t.deepEqual(problems('<a>\n  @(1) x</a>'), [
    { document: 'p.xml', line: 2, message: 'an expression must be the whole value, with no text beside it' },
  ]);
});

test('an expression behind text is told as such, whatever quotation marks it holds', (t) => {
  const message = 'an expression must be the whole value, with no text beside it';
  t.deepEqual(problems('<a>\n<b key="k-@(f("x", ""))" value="@(g("y"))" /></a>'), [
    { document: 'p.xml', line: 2, message },
  ]);
  t.is(parse('<a b="mail me@(home) or not" c="d" />').attributes.get('b')?.text, 'mail me@(home) or not');
});

test('whatever strings an expression holds, it is found whole', (t) => {
  const string = fc.string().map((text) => JSON.stringify(text.replace(/[\ud800-\udfff\ue000-\uf8ff]/g, '')));
  const expression = fc.array(string, { minLength: 1 }).map((strings) => `@(f(${strings.join(' + ')}))`);
  fc.assert(
    fc.property(expression, fc.constantFrom('"', "'"), (source, quote) => {
      // A raw entity would be decoded, which is another test's business.
      fc.pre(!/&(?:\w+|#\w+);/.test(source));
      const root = parse(`<a><b c=${quote}${source}${quote} /><d>${source}</d></a>`);
      t.is(root.children[0]!.attributes.get('c')!.text, source);
      t.is(root.children[1]!.text.text, source);
    }),
  );
});
