import { NetException } from '../exceptions.ts';
import { define } from '../type.ts';

/** .NET's exceptions that expressions meet, by their base classes. */
const bases: Readonly<Record<string, string>> = {
  SystemException: 'Exception',
  ArgumentException: 'SystemException',
  ArgumentNullException: 'ArgumentException',
  ArgumentOutOfRangeException: 'ArgumentException',
  ArithmeticException: 'SystemException',
  DivideByZeroException: 'ArithmeticException',
  OverflowException: 'ArithmeticException',
  FormatException: 'SystemException',
  UriFormatException: 'FormatException',
  IndexOutOfRangeException: 'SystemException',
  InvalidCastException: 'SystemException',
  InvalidOperationException: 'SystemException',
  KeyNotFoundException: 'SystemException',
  InsufficientExecutionStackException: 'SystemException',
  NotSupportedException: 'SystemException',
  OutOfMemoryException: 'SystemException',
  NotImplementedException: 'SystemException',
  NullReferenceException: 'SystemException',
  TimeoutException: 'SystemException',
  CryptographicException: 'SystemException',
  XmlException: 'SystemException',
  JsonException: 'Exception',
  JsonReaderException: 'JsonException',
  JsonSerializationException: 'JsonException',
};

const namespaces: Readonly<Record<string, string>> = {
  CryptographicException: 'System.Security.Cryptography',
  KeyNotFoundException: 'System.Collections.Generic',
  XmlException: 'System.Xml',
  JsonException: 'Newtonsoft.Json',
  JsonReaderException: 'Newtonsoft.Json',
  JsonSerializationException: 'Newtonsoft.Json',
};

function constructorsOf(name: string) {
  const fallback = `Exception of type 'System.${name}' was thrown.`;
  return {
    [`${name}()`]: () => new NetException(name, fallback),
    [`${name}(string message)`]: (message: string | null) => new NetException(name, message ?? fallback),
    [`${name}(string message, Exception innerException)`]: (message: string | null, inner: NetException | null) =>
      new NetException(name, message ?? fallback, inner),
  };
}

define({
  name: 'Exception',
  namespace: 'System',
  kind: 'class',
  base: 'object',
  members: {
    ...constructorsOf('Exception'),
    'string Message': (self: NetException) => self.message,
    'Exception InnerException': (self: NetException) => self.inner,
    'string StackTrace': () => null,
    'string Source': () => null,
  },
});

for (const [name, base] of Object.entries(bases)) {
  define({ name, namespace: namespaces[name] ?? 'System', kind: 'class', base, members: constructorsOf(name) });
}
