import { argumentOutOfRange } from '../exceptions.ts';
import { NetObject } from '../runtime/value.ts';
import { define, type NetType, typeNamed } from '../type.ts';

/** A System.Random. A seed gives a sequence that repeats, though not the one that .NET gives. */
class Random extends NetObject {
  #state: number | undefined;
  constructor(seed?: number) {
    super();
    this.#state = seed;
  }
  get netType(): NetType {
    return typeNamed('Random');
  }
  /** At least 0 and below 1. */
  sample(): number {
    if (this.#state === undefined) return Math.random();
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

define({
  name: 'Random',
  namespace: 'System',
  kind: 'class',
  base: 'object',
  members: {
    'Random()': () => new Random(),
    'Random(int Seed)': (seed: number) => new Random(seed),
    'int Next()': (self: Random) => Math.floor(self.sample() * 2147483647),
    'int Next(int maxValue)': (self: Random, most: number) => {
      if (most < 0) throw argumentOutOfRange('maxValue', "'maxValue' must be greater than zero.");
      return Math.floor(self.sample() * most);
    },
    'int Next(int minValue, int maxValue)': (self: Random, least: number, most: number) => {
      if (least > most) throw argumentOutOfRange('minValue', "'minValue' cannot be greater than maxValue.");
      return least + Math.floor(self.sample() * (most - least));
    },
    'double NextDouble()': (self: Random) => self.sample(),
    'void NextBytes(byte[] buffer)': (self: Random, bytes: Uint8Array) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(self.sample() * 256);
    },
  },
});
