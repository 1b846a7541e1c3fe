/**
 * A .NET exception that an expression throws while a request runs: `message` is .NET's own, as a policy's on-error
 * section and a `catch` clause see it.
 */
export class NetException extends Error {
  override name = 'NetException';
  /** The exception's C# name, such as `FormatException`. */
  readonly netType: string;
  readonly inner: NetException | null;

  constructor(netType: string, message: string, inner: NetException | null = null) {
    super(message);
    this.netType = netType;
    this.inner = inner;
  }

  /** As C#'s Exception.ToString begins; there is no stack trace to follow. */
  override toString(): string {
    return `System.${this.netType}: ${this.message}`;
  }
}

export function nullReference(): NetException {
  return new NetException('NullReferenceException', 'Object reference not set to an instance of an object.');
}

export function argumentNull(parameter: string): NetException {
  return new NetException('ArgumentNullException', `Value cannot be null. (Parameter '${parameter}')`);
}

export function argument(message: string, parameter?: string): NetException {
  return new NetException('ArgumentException', parameter ? `${message} (Parameter '${parameter}')` : message);
}

export function argumentOutOfRange(
  parameter: string,
  message = 'Specified argument was out of the range of valid values.',
) {
  return new NetException('ArgumentOutOfRangeException', `${message} (Parameter '${parameter}')`);
}

export function format(message = 'Input string was not in a correct format.'): NetException {
  return new NetException('FormatException', message);
}

export function overflow(message = 'Arithmetic operation resulted in an overflow.'): NetException {
  return new NetException('OverflowException', message);
}

export function invalidCast(from: string, to: string): NetException {
  return new NetException('InvalidCastException', `Unable to cast object of type '${from}' to type '${to}'.`);
}

export function invalidOperation(message: string): NetException {
  return new NetException('InvalidOperationException', message);
}

export function indexOutOfRange(): NetException {
  return new NetException('IndexOutOfRangeException', 'Index was outside the bounds of the array.');
}

/** What an expression is told that JavaScript's limits stop: endless recursion, a text or array beyond all bounds. */
export function beyondLimits(error: RangeError): NetException {
  return error.message.startsWith('Maximum call stack')
    ? new NetException(
        'InsufficientExecutionStackException',
        'Insufficient stack to continue executing the program safely. This can happen from having too many functions on the call stack or function on the stack using too much stack space.',
      )
    : outOfMemory();
}

export function outOfMemory(): NetException {
  return new NetException('OutOfMemoryException', 'Insufficient memory to continue the execution of the program.');
}

export function keyNotFound(key: string): NetException {
  return new NetException('KeyNotFoundException', `The given key '${key}' was not present in the dictionary.`);
}
