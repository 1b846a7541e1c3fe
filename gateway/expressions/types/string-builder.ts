import { argumentOutOfRange } from '../exceptions.ts';
import { compositeFormat } from '../runtime/composite-format.ts';
import { NetObject, text } from '../runtime/value.ts';
import { define, type NetType, typeNamed } from '../type.ts';

class StringBuilder extends NetObject {
  content: string;
  constructor(content: string | null = '') {
    super();
    this.content = content ?? '';
  }
  get netType(): NetType {
    return typeNamed('StringBuilder');
  }
  append(more: string): this {
    this.content += more;
    return this;
  }
  override toString(): string {
    return this.content;
  }
}

define({
  name: 'StringBuilder',
  namespace: 'System.Text',
  kind: 'class',
  base: 'object',
  members: {
    'StringBuilder()': () => new StringBuilder(),
    'StringBuilder(string value)': (value: string | null) => new StringBuilder(value),
    'StringBuilder(int capacity)': () => new StringBuilder(),
    'int Length': {
      get: (self: StringBuilder) => self.content.length,
      set: (self: StringBuilder, length: number) => {
        if (length < 0) throw argumentOutOfRange('value');
        self.content = self.content.slice(0, length).padEnd(length, '\0');
      },
    },
    'StringBuilder Append(string value)': (self: StringBuilder, value: string | null) => self.append(value ?? ''),
    'StringBuilder Append(char value)': (self: StringBuilder, code: number) => self.append(String.fromCharCode(code)),
    'StringBuilder Append(char value, int repeatCount)': (self: StringBuilder, code: number, count: number) =>
      self.append(String.fromCharCode(code).repeat(count)),
    'StringBuilder Append(object value)': (self: StringBuilder, value: unknown) => self.append(text(value)),
    // The classic gateway runs on Windows, whose lines end so.
    'StringBuilder AppendLine()': (self: StringBuilder) => self.append('\r\n'),
    'StringBuilder AppendLine(string value)': (self: StringBuilder, value: string | null) =>
      self.append(`${value ?? ''}\r\n`),
    'StringBuilder AppendFormat(string format, params object[] args)': (
      self: StringBuilder,
      pattern: string,
      args: unknown[],
    ) => self.append(compositeFormat(pattern, args)),
    'StringBuilder Insert(int index, string value)': (self: StringBuilder, index: number, value: string | null) => {
      if (index < 0 || index > self.content.length) throw argumentOutOfRange('index');
      self.content = self.content.slice(0, index) + (value ?? '') + self.content.slice(index);
      return self;
    },
    'StringBuilder Remove(int startIndex, int length)': (self: StringBuilder, start: number, length: number) => {
      if (start < 0 || length < 0 || start + length > self.content.length) throw argumentOutOfRange('length');
      self.content = self.content.slice(0, start) + self.content.slice(start + length);
      return self;
    },
    'StringBuilder Replace(string oldValue, string newValue)': (
      self: StringBuilder,
      from: string,
      to: string | null,
    ) => {
      self.content = self.content.replaceAll(from, () => to ?? '');
      return self;
    },
    'StringBuilder Clear()': (self: StringBuilder) => {
      self.content = '';
      return self;
    },
  },
});
