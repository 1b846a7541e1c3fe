import { define } from '../type.ts';

function numbered(...names: string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, i]));
}

const enums: Readonly<Record<string, { namespace: string; values: Record<string, number> }>> = {
  StringComparison: {
    namespace: 'System',
    values: numbered(
      'CurrentCulture',
      'CurrentCultureIgnoreCase',
      'InvariantCulture',
      'InvariantCultureIgnoreCase',
      'Ordinal',
      'OrdinalIgnoreCase',
    ),
  },
  StringSplitOptions: { namespace: 'System', values: { None: 0, RemoveEmptyEntries: 1 } },
  DayOfWeek: {
    namespace: 'System',
    values: numbered('Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'),
  },
  DateTimeKind: { namespace: 'System', values: numbered('Unspecified', 'Utc', 'Local') },
  MidpointRounding: { namespace: 'System', values: { ToEven: 0, AwayFromZero: 1 } },
  Base64FormattingOptions: { namespace: 'System', values: { None: 0, InsertLineBreaks: 1 } },
  UriKind: { namespace: 'System', values: numbered('RelativeOrAbsolute', 'Absolute', 'Relative') },
  UriPartial: { namespace: 'System', values: numbered('Scheme', 'Authority', 'Path', 'Query') },
  RegexOptions: {
    namespace: 'System.Text.RegularExpressions',
    values: {
      None: 0,
      IgnoreCase: 1,
      Multiline: 2,
      ExplicitCapture: 4,
      Compiled: 8,
      Singleline: 16,
      IgnorePatternWhitespace: 32,
      RightToLeft: 64,
      ECMAScript: 256,
      CultureInvariant: 512,
    },
  },
  CipherMode: { namespace: 'System.Security.Cryptography', values: { CBC: 1, ECB: 2, OFB: 3, CFB: 4, CTS: 5 } },
  PaddingMode: {
    namespace: 'System.Security.Cryptography',
    values: { None: 1, PKCS7: 2, Zeros: 3, ANSIX923: 4, ISO10126: 5 },
  },
  Formatting: { namespace: 'Newtonsoft.Json', values: { None: 0, Indented: 1 } },
  JTokenType: {
    namespace: 'Newtonsoft.Json.Linq',
    values: numbered(
      'None',
      'Object',
      'Array',
      'Constructor',
      'Property',
      'Comment',
      'Integer',
      'Float',
      'String',
      'Boolean',
      'Null',
      'Undefined',
      'Date',
      'Raw',
      'Bytes',
      'Guid',
      'Uri',
      'TimeSpan',
    ),
  },
  ProductState: { namespace: '', values: { NotPublished: 0, Published: 1 } },
};

for (const [name, { namespace, values }] of Object.entries(enums)) {
  define({
    name,
    ...(namespace && { namespace }),
    kind: 'enum',
    base: 'object',
    interfaces: ['IComparable'],
    values,
    initial: 0,
  });
}

/** CultureInfo and the like, which only choose the culture: expressions have the invariant one. */
define({ name: 'IFormatProvider', namespace: 'System', kind: 'interface' });
