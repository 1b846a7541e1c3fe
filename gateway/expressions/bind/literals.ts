import type { Syntax } from '../syntax.ts';
import { typeNamed } from '../type.ts';
import { type Bound, nullType } from './bound.ts';
import type { Scope } from './scope.ts';

/** A value that is known while compiling. */
export function constant(typeName: string, value: unknown, node: Syntax): Bound {
  return { type: typeNamed(typeName), node, run: () => value, constant: { value } };
}

export function bindNull(node: Syntax): Bound {
  return { type: nullType, node, run: () => null, constant: { value: null } };
}

/** An integer literal takes the first of int, uint, long and ulong that holds it, as its suffix allows. */
export function bindInteger(node: Syntax, scope: Scope): Bound {
  const text = node.text.replaceAll('_', '').toLowerCase();
  const [, digits = '', suffix = ''] = /^(0x[0-9a-f]+|0b[01]+|\d+)([ul]*)$/.exec(text) ?? [];
  const value = BigInt(digits);
  const allowed = ['int', 'uint', 'long', 'ulong'].filter(
    (type) => (!suffix.includes('u') || type.startsWith('u')) && (!suffix.includes('l') || type.endsWith('long')),
  );
  const most: Record<string, bigint> = { int: 2n ** 31n, uint: 2n ** 32n, long: 2n ** 63n, ulong: 2n ** 64n };
  const type = allowed.find((candidate) => value < most[candidate]!);
  if (!type) return scope.fail(node, `integer ${node.text} is too large`);
  return constant(type, type.endsWith('long') ? value : Number(value), node);
}

export function bindReal(node: Syntax, scope: Scope): Bound {
  const text = node.text.replaceAll('_', '');
  const suffix = /[fdm]$/i.exec(text)?.[0].toLowerCase();
  if (suffix === 'm') scope.fail(node, 'type decimal is not supported by the local gateway');
  const value = Number(suffix ? text.slice(0, -1) : text);
  return suffix === 'f' ? constant('float', Math.fround(value), node) : constant('double', value, node);
}

export function bindChar(node: Syntax, scope: Scope): Bound {
  const value = unescape(node.text.slice(1, -1));
  if (value.length !== 1) scope.fail(node, `${node.text} is not one character`);
  return constant('char', value.charCodeAt(0), node);
}

export function bindString(node: Syntax): Bound {
  return constant('string', unescape(node.text.slice(1, -1)), node);
}

export function bindVerbatimString(node: Syntax): Bound {
  return constant('string', node.text.slice(2, -1).replaceAll('""', '"'), node);
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** The text that a string or character literal's escapes stand for. */
export function unescape(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{1,4})|(.))/gs,
    (_all, u?: string, U?: string, x?: string, c?: string) => {
      const code = u ?? U ?? x;
      return code === undefined ? (escapes[c!] ?? c!) : String.fromCodePoint(parseInt(code, 16));
    },
  );
}
