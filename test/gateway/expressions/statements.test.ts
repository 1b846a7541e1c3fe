import test from 'ava';
import { ran, refused, thrown } from '../../support/expressions.ts';

test('loops', (t) => {
  t.is(
    ran('var s = 0; for (int i = 0, j = 10; i < j; i++, j--) { if (i == 2) continue; s += i; } return s;'),
    'Int32 8',
  );
  t.is(ran('var i = 0; while (true) { if (++i > 4) break; } return i;'), 'Int32 5');
  t.is(ran('var i = 0; do i += 3; while (i < 5); return i;'), 'Int32 6');
  t.is(ran("foreach (var c in \"ab\") { if (c == 'b') return c; } return 'x';"), 'Char b');
  t.is(
    ran(
      'foreach (var i in new[] { 1, 2 }) foreach (var j in new[] { 3, 4 }) { if (j == 4) break; if (i == 2) return i * j; } return 0;',
    ),
    'Int32 6',
  );
});

test('switch over constants, types and conditions', (t) => {
  const kind = (value: string) =>
    ran(`object x = ${value};
      switch (x) {
        case null: return "null";
        case "a":
        case "b": return "ab";
        case int i when i > 5: return "big " + i;
        case int i: return "small " + i;
        case string s: return s.Length;
        default: return "other";
      }`);
  t.is(kind('null'), 'String null');
  t.is(kind('"b"'), 'String ab');
  t.is(kind('7'), 'String big 7');
  t.is(kind('3'), 'String small 3');
  t.is(kind('"xyz"'), 'Int32 3');
  t.is(kind('1.5'), 'String other');
  t.is(ran('switch (2) { case 1: break; default: return "d"; } return "after";'), 'String d');
  t.is(ran('switch (1) { case 1: break; default: return "d"; } return "after";'), 'String after');
  t.is(ran('for (var i = 0; ; i++) { switch (i) { case 3: return i; default: continue; } }'), 'Int32 3');
  t.regex(refused('@{ switch (1) { case 1: var x = 1; } return 1; }'), /a switch section must end with/);
});

test('exceptions are caught by type, filter and order', (t) => {
  t.is(
    ran(
      'try { return int.Parse("x"); } catch (OverflowException) { return 1; } catch (FormatException e) { return e.Message; }',
    ),
    'String Input string was not in a correct format.',
  );
  t.is(ran('try { object o = null; return o.ToString(); } catch { return "caught"; }'), 'String caught');
  t.is(
    ran(
      'try { throw new ArgumentException("a"); } catch (Exception e) when (e.Message == "b") { return 1; } catch (Exception e) { return e.GetType().Name; }',
    ),
    'String ArgumentException',
  );
  t.is(ran('var s = ""; try { s += "t"; } finally { s += "f"; } return s;'), 'String tf');
  t.is(
    ran('var s = 0; try { try { throw new Exception("x"); } finally { s = 5; } } catch (Exception) { } return s;'),
    'Int32 5',
  );
  t.is(
    thrown('@{ try { throw new InvalidOperationException("no"); } catch (Exception) { throw; } }'),
    'InvalidOperationException: no',
  );
  t.is(
    thrown('@{ try { throw new Exception("a"); } catch (Exception e) { throw new FormatException("b", e); } }'),
    'FormatException: b',
  );
  t.is(
    ran('string s = null; try { return s ?? throw new Exception("none"); } catch (Exception e) { return e.Message; }'),
    'String none',
  );
});

test('local functions and lambdas see the variables around them', (t) => {
  t.is(ran('int Factorial(int n) { return n < 2 ? 1 : n * Factorial(n - 1); } return Factorial(5);'), 'Int32 120');
  t.is(ran('var n = 1; void Add(int by = 10) { n += by; } Add(); Add(by: 5); return n;'), 'Int32 16');
  t.is(ran('return Twice(4); int Twice(int x) => x * 2;'), 'Int32 8');
  t.is(
    ran(
      'var fs = new List<Func<int>>(); foreach (var i in new[] { 1, 2, 3 }) fs.Add(() => i * 10); return fs.Sum(f => f());',
    ),
    'Int32 60',
  );
  t.is(
    ran('var fs = new List<Func<int>>(); for (var i = 0; i < 3; i++) fs.Add(() => i); return fs.Sum(f => f());'),
    'Int32 9',
  );
  t.is(ran('Func<int, int> add = x => x + 1; Func<int, int> both = x => add(add(x)); return both(1);'), 'Int32 3');
  t.is(
    ran('Func<string, bool> isLong = delegate (string s) { return s.Length > 3; }; return isLong("abcd");'),
    'Boolean True',
  );
});

test('patterns declare variables', (t) => {
  t.is(ran('object o = 5; if (o is int n && n > 3) { return n + 1; } return 0;'), 'Int32 6');
  t.is(ran('object o = "x"; return o is string s ? s + s : null;'), 'String xx');
  t.is(ran('object o = 5; return o is 5 && !(o is "5") && o is var any && any != null;'), 'Boolean True');
});

test('types that are missing in the code are found by their values', (t) => {
  t.is(ran('var x = 1; x = 2; var y = x * 1.5; return y;'), 'Double 3');
  t.is(refused('@{ var x = 1; x = "a"; return x; }'), "10: cannot implicitly convert type 'string' to 'int'");
  t.is(refused('@{ var x; return 1; }'), "10: 'var x' needs a value");
  t.is(refused('@{ var x = null; return x; }'), "10: 'null' gives 'var x' no type");
});

test('every path must return', (t) => {
  t.is(refused('@{ if (context.Tracing) { return 1; } }'), '10: not all code paths return a value');
  t.is(refused('@{ foreach (var x in new[] { 1 }) { return x; } }'), '10: not all code paths return a value');
  t.is(ran('while (true) { return 1; }'), 'Int32 1');
  t.is(
    ran(
      'if (context.Tracing) { return 1; } else { throw new Exception(); }'.replace(
        'throw new Exception();',
        'return 2;',
      ),
    ),
    'Int32 2',
  );
  t.is(ran('try { return 1; } finally { }'), 'Int32 1');
});

test('mistakes are told with their line', (t) => {
  t.is(refused('@{\n  var a = 1;\n  return b;\n}'), "12: the name 'b' does not exist here");
  t.is(refused('@{\n  var a = 1;\n  return a\n}'), "12: syntax error: ';' is missing");
  t.is(refused('@(1 +\n)'), '10: syntax error: the expression is not complete');
  t.is(refused('@("a".Length.Foo())'), "10: 'int' has no member 'Foo' that the local gateway supports in expressions");
  t.is(refused('@(1; return 2)').split(':')[1], ' syntax error');
  t.is(refused('@()'), '10: syntax error: the expression is empty');
  t.is(refused('@{ var a = 1; var a = 2; return a; }'), "10: a variable named 'a' is already defined here");
  t.is(refused('@{ foreach (var x in new[] { 1 }) { x = 2; } return 1; }'), "10: 'x' cannot be assigned");
  t.is(refused('@{ context = null; return 1; }'), "10: the name 'context' does not exist here, or cannot be assigned");
  t.is(refused('@("abc".Substring("1"))'), "10: 'string.Substring' has no form that takes (string)");
  t.is(
    refused('@(context.Request.Headers.TryGetValue("a", out string v))'),
    "10: 'IHeaders.TryGetValue' has no form that takes (string, out string)",
  );
});

test('C# that came after version 7 is refused', (t) => {
  t.is(
    refused('@(1 switch { 1 => 2, _ => 3 })'),
    '10: a switch expression needs a newer C#; policy expressions are C# 7',
  );
  t.is(
    refused('@{ string s = null; s ??= "a"; return s; }'),
    "10: operator '??=' needs a newer C#; policy expressions are C# 7",
  );
  t.is(
    refused('@{ List<int> l = new(); return l; }'),
    '10: new without a type needs a newer C#; policy expressions are C# 7',
  );
  t.is(
    refused('@(context.Product is not null)'),
    "10: pattern 'not null' needs a newer C#; policy expressions are C# 7",
  );
  t.regex(refused('@("abc"[1..])'), /needs a newer C#; policy expressions are C# 7$/);
});

test('a variable must have a value before it is read', (t) => {
  const unassigned = (name: string) => `10: variable '${name}' is used before it has a value`;
  t.is(refused('@{ int x; return x; }'), unassigned('x'));
  t.is(refused('@{ int x; x++; return x; }'), unassigned('x'));
  t.is(refused('@{ int x; if (context.Tracing) x = 1; return x; }'), unassigned('x'));
  t.is(refused('@{ int x; while (context.Tracing) { x = 1; } return x; }'), unassigned('x'));
  t.is(refused('@{ int x; try { x = 1; } catch { } return x; }'), unassigned('x'));
  t.is(refused('@{ int x; switch (1) { case 1: x = 1; break; } return x; }'), unassigned('x'));
  t.is(refused('@{ object o = 1; if (o is int n || true) { return n; } return 0; }'), unassigned('n'));
  t.is(ran('int x; if (context.Tracing) x = 1; else x = 2; return x;'), 'Int32 2');
  t.is(ran('int x; if (context.Tracing) { return 0; } else { x = 2; } return x;'), 'Int32 2');
  t.is(ran('int x; while (true) { x = 1; break; } return x;'), 'Int32 1');
  t.is(ran('int x; switch (1) { case 1: x = 1; break; default: x = 2; break; } return x;'), 'Int32 1');
  t.is(ran('int x; try { x = 1; } catch { return 0; } return x;'), 'Int32 1');
  t.is(ran('int x; try { } finally { x = 3; } return x;'), 'Int32 3');
  t.is(ran('object o = 5; if (!(o is int n)) { return 0; } return n;'), 'Int32 5');
  t.is(ran('object o = "abc"; return o is string s && s.Length > 2 ? s : "short";'), 'String abc');
  t.is(ran('int x; return int.TryParse("4", out x) && x > 3 ? x : 0;'), 'Int32 4');
});
