import test from 'ava';
import fc from 'fast-check';
import { rulesOf } from '../../../../plumber-app/server/rows/rules.ts';
import { type Malformed, RowScanner, type Scan } from '../../../../plumber-app/server/rows/scan.ts';
import { ROracle } from '../../../support/r-oracle.ts';
import { tablesAlike } from '../../../support/tables.ts';

const oracle = new ROracle();
test.after.always(() => oracle.close());

function scan(text: string | Buffer, field = 'df', scanner = new RowScanner(field)): Scan | Malformed {
  return scanner.scan(Buffer.from(text as string));
}

function found(text: string, field = 'df', scanner?: RowScanner): Scan {
  const result = scan(text, field, scanner);
  if ('at' in result) throw new Error(`no JSON at ${result.at}`);
  return result;
}

function obstacle(row: string): string | undefined {
  return found(`{"df":[${row}]}`).obstacle;
}

test('finds the rows, and the fields around them as they are written', (t) => {
  const body = '{ "a" : [1, {"df": 2}] , "df" : [ {"x":1} , {"x":2.5} ] ,"é":"ü"}';
  const { rows, from, to, head, tail, signature } = found(body);
  t.is(rows, 2);
  t.is(Buffer.from(body).toString('utf8', from, to), '{"x":1} , {"x":2.5}');
  t.is(Buffer.from(head, 'latin1').toString(), '"a":[1, {"df": 2}],');
  t.is(Buffer.from(tail, 'latin1').toString(), ',"é":"ü"');
  t.deepEqual(signature?.layout.names, ['x']);
  t.is(signature?.types, 'd');
});

test('finds the rows when the body itself is the array', (t) => {
  const { rows, from, to, head, tail } = found(' [{"x":1},{"x":2}]\n', '.');
  t.deepEqual([rows, from, to, head, tail], [2, 2, 17, '', '']);
});

test('says what stands where the rows were expected', (t) => {
  t.is(found('{}').instead, 'nothing');
  t.is(found('{"rows":[]}').instead, 'nothing');
  t.is(found('{"df":{"x":[1]}}').instead, 'an object');
  t.is(found('{"df":"[]"}').instead, 'a string');
  t.is(found('[{"x":1}]').instead, 'an array');
  t.is(found('{"x":1}', '.').instead, 'an object');
  t.is(found('{"df":[{"x":1}],"df":[{"x":2}]}').instead, 'the field twice');
});

test('takes a field for the rows when R would: escapes, and names that a NUL ends', (t) => {
  t.is(found('{"d\\u0066":[{"x":1}]}').rows, 1);
  t.is(found('{"df\\u0000z":[{"x":1}],"df":[{"x":2}]}').instead, 'the field twice');
});

test('equal columns of equal types are one signature, whoever sent them', (t) => {
  const scanner = new RowScanner('df');
  const first = found('{"df":[{"x":1,"y":"a"}]}', 'df', scanner).signature;
  const other = found('{"df":[{"y":"a","x":1}]}', 'df', scanner).signature;
  const again = found('{"df": [{"x": 2, "y": null}, {"y": "b", "x": 3}]}', 'df', scanner).signature;
  t.truthy(first);
  t.is(again, first);
  t.not(other, first);
  t.not(found('{"df":[{"x":1.5,"y":"a"}]}', 'df', scanner).signature, first);
  t.not(found('{"df":[{"x":1}]}', 'df', scanner).signature, first);
  t.not(found('{"df":[{"x":1,"y":null}]}', 'df', scanner).signature, first);
});

test('integers and decimals are one type only where the schema says number, and only when allowed', (t) => {
  const rules = rulesOf({ type: 'object', properties: { x: { type: ['number', 'null'] }, y: { type: 'integer' } } });
  const scanner = new RowScanner('df', rules);
  const signatureOf = (text: string) => found(`{"df":[${text}]}`, 'df', scanner).signature;
  t.not(signatureOf('{"x":1,"y":1,"z":1}'), signatureOf('{"x":1.5,"y":1,"z":1}'));
  scanner.mixNumbers(true);
  t.is(signatureOf('{"x":1,"y":1,"z":1}'), signatureOf('{"x":1.5,"y":1,"z":1}'));
  t.not(signatureOf('{"x":1,"y":1,"z":1}'), signatureOf('{"x":1,"y":1.0,"z":1}'));
  t.not(signatureOf('{"x":1,"y":1,"z":1}'), signatureOf('{"x":1,"y":1,"z":1.5}'));
  t.not(signatureOf('{"x":1,"y":1,"z":1}'), signatureOf('{"x":null,"y":1,"z":1}'));
});

test('what jsonlite reads otherwise in company may not merge', (t) => {
  t.truthy(found('{"df":[]}').obstacle);
  for (const row of [
    ...['{"x":{}}', '{"x":[1]}', '{"x":1,"x":1}', '{"x":1,"\\u0078":1}', '1', 'null', '{"x":1},{"x":"a"}'],
    ...['{"x":2147483648}', '{"x":-2147483648}', '{"x":123456789012345678901234567890}', '{"x":true},{"x":1}'],
    ...['{"x":"NA"}', '{"x":"NaN"}', '{"x":"Inf"}', '{"x":"-Inf"}', '{"x":"\\u004eA"}', '{"x":"NA\\u0000z"}'],
    ...['{"_row":1}', '{"$date":1}', '{"":1}', '{"a\\u0000b":1}', '{"\\ud800":1}'],
  ]) {
    t.truthy(obstacle(row), row);
  }
  t.truthy(found('\ufeff{"df":[{"x":1}]}').obstacle);
  t.truthy(found('{"a":1,"df":[{"x":1}],"a":1}').obstacle);
  for (const row of [
    '{"x":2147483647}',
    '{"x":-2147483647}',
    '{"x":1e99}',
    '{"x":"NAN"}',
    '{"x":"N"}',
    '{}',
    '{"x":1},{}',
  ]) {
    t.is(obstacle(row), undefined, row);
  }
});

test('reads what JSON.parse reads, and nothing else', (t) => {
  const mutated = fc
    .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom('', ...'{}[],:"\\u0-+.eE1tfn \n\t\v\u0001\u007fé'))
    .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1));
  const text = fc.oneof(fc.json(), mutated, fc.string());
  const wrapped = fc.oneof(
    text,
    text.map((json) => `{"df":${json}}`),
    text.map((json) => `{"a":${json},"df":[{"x":${json}}]}`),
    text.map((json) => `{"df":[{${JSON.stringify(json)}:1,"x":2}]}`),
  );
  const check = (body: string) => {
    let valid = true;
    try {
      JSON.parse(body);
    } catch {
      valid = false;
    }
    t.is('at' in scan(body), !valid, body);
  };
  fc.assert(fc.property(wrapped, check), { numRuns: 5000 });
  for (const number of ['-', '01', '1.', '.5', '1e', '1e+', '+1', '-01', '0.0e-0', '-0', '1E5', '0x1', '1.e1', '--1']) {
    check(`{"df":[{"x":${number}}]}`);
    check(number);
  }
});

test('refuses bytes that are not UTF-8', (t) => {
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
    const body = Buffer.concat([Buffer.from('{"df":[{"x":"'), Buffer.from(bytes), Buffer.from('"}]}')]);
    t.deepEqual(new RowScanner('df').scan(body), { at: undefined });
  }
});

test('deep nesting, many columns and long names do no harm', (t) => {
  const nested = (depth: number) => `{"df":[{"x":${'['.repeat(depth) + ']'.repeat(depth)}}]}`;
  t.is(found(nested(400)).obstacle, 'a nested value');
  t.like(scan(nested(100_000)), { isDeep: true });
  t.like(scan(`{"df":[{"x":${'{"a":'.repeat(50_000)}`), { isDeep: true });
  t.is(obstacle(`{"${'n'.repeat(40_000)}":1}`), 'too much text in names');
  const wide = Array.from({ length: 3000 }, (_, i) => `{"c${i}":1}`).join(',');
  t.is(obstacle(wide), 'too many columns');
  const scanner = new RowScanner('df');
  for (let i = 0; i < 2000; i++) t.truthy(found(`{"df":[{"c${i}":1}]}`, 'df', scanner).signature);
});

test('a large table of uniform rows has blocks whose kinds are those of the rows in them', (t) => {
  const row = (i: number) => `{"x":${i === 700 ? 1.5 : i},"y":"a"}`;
  const body = `{"df":[${Array.from({ length: 1000 }, (_, i) => row(i)).join(', ')}]}`;
  const { blocks, signature } = found(body);
  t.is(signature?.types, 'ds');
  t.is(blocks?.length, 4);
  t.is(blocks?.map(({ from, to }) => body.slice(from, to)).join(', '), body.slice(7, -2));
  t.deepEqual(
    blocks?.map(({ kinds }) => kinds[0]),
    [4, 4, 12, 4],
  );
  t.is(found(body.replace('{"x":3,"y":"a"}', '{"y":"a","x":3}')).blocks, undefined);
  t.is(found(body.replace('{"x":900,"y":"a"}', '{"x":900}')).blocks, undefined);
});

test('the columns and types are those that jsonlite makes', async (t) => {
  const letters: Record<string, string> = { z: 'logical', l: 'logical', i: 'integer', d: 'double', s: 'character' };
  const scanner = new RowScanner('df');
  await fc.assert(
    fc.asyncProperty(tablesAlike, async (tables) => {
      const bodies = tables.map((rows) => `{"df":[${rows}]}`);
      const signatures = bodies.map((body) => found(body, 'df', scanner).signature);
      const sure = bodies.filter((_, i) => signatures[i] !== undefined);
      const types = await oracle.types(sure);
      const ours = signatures.filter((signature) => signature !== undefined);
      t.deepEqual(
        types,
        ours.map(({ layout, types }) => ({ names: layout.names, types: [...types].map((letter) => letters[letter]!) })),
      );
    }),
    { numRuns: 150 },
  );
});

test('rows of one signature stand in one table as they stand alone', async (t) => {
  let merged = 0;
  let mixed = 0;
  for (const mix of [false, true]) {
    const everything = {
      sure: true,
      required: new Set<string>(),
      column: () => ({ ...rulesOf(true).column(''), mixes: true }),
    };
    const scanner = new RowScanner('df', everything);
    scanner.mixNumbers(mix);
    await fc.assert(
      fc.asyncProperty(tablesAlike, async (tables) => {
        const groups = new Map<unknown, Scan[]>();
        for (const rows of tables) {
          const part = found(`{"df":[${rows}]}`, 'df', scanner);
          if (part.signature !== undefined) groups.set(part.signature, [...(groups.get(part.signature) ?? []), part]);
        }
        for (const parts of groups.values()) {
          if (parts.length < 2) continue;
          const inner = parts.map(({ body, from, to }) => body.toString('utf8', from, to)).join(',');
          const alone = parts.map(({ body }) => body.toString());
          t.true((await oracle.slices(alone, `{"df":[${inner}]}`, 'df', mix)).every(Boolean), inner);
          merged++;
          if (parts[0]!.signature!.types.includes('n')) mixed++;
        }
      }),
      { numRuns: 300 },
    );
  }
  t.true(merged > 150 && mixed > 20, `only ${merged} merges, ${mixed} of them with mixed numbers`);
});
