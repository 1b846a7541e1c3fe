import { typeNamed, type NetType } from '../type.ts';
import { NetObject } from './value.ts';

/** A lazy IEnumerable: every enumeration starts anew. */
export class Sequence extends NetObject implements Iterable<unknown> {
  readonly #start: () => Iterator<unknown>;
  readonly #element: NetType;

  constructor(element: NetType, start: () => Iterator<unknown>) {
    super();
    this.#element = element;
    this.#start = start;
  }

  get netType(): NetType {
    return typeNamed('IEnumerable<T>', new Map([['T', this.#element]]));
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.#start();
  }
}

/** A string as the IEnumerable<char> that it is: UTF-16 code units. */
export function charsOf(text: string): Sequence {
  return new Sequence(typeNamed('char'), function* () {
    for (let i = 0; i < text.length; i++) yield text.charCodeAt(i);
  });
}
