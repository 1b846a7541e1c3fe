import type { Environment } from '../config.ts';

/** The arguments of one resource as they are written into the stack's JSON. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A resource under inspection. */
export interface Inspected {
  /** The resource's address: `azurerm_key_vault.vault`. */
  readonly address: string;
  readonly type: string;
  readonly arguments: Arguments;
  /** Every resource of the same stack, by type: for rules that ask for a companion. */
  siblings(type: string): readonly Arguments[];
}

/** Why a resource may break a rule, and when. */
export interface Exception {
  /** Whether it holds for this environment and resource. */
  applies(environment: Environment, resource: Inspected): boolean;
  /** When it applies, in words. */
  readonly when: string;
  readonly reason: string;
}

/** One check of one type of resource. */
export interface Rule {
  /** Of the check in checkov that asks for the same, else `PENSTOCK_n`. */
  readonly id: string;
  readonly type: string;
  /** What must hold. */
  readonly demand: string;
  /** Why. */
  readonly reason: string;
  holds(resource: Inspected): boolean;
  readonly exceptions?: readonly Exception[];
}

export interface Violation {
  readonly rule: Rule;
  readonly address: string;
}

/** The value at a path of keys and indices; undefined where there is nothing. A block is a list or an object. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const part of path) {
    if (Array.isArray(here) && typeof part === 'string') here = here[0] as unknown;
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here;
}

/** A rule that one argument must have one of these values. */
export function mustBe(path: readonly string[], ...values: readonly unknown[]): Rule['holds'] {
  return ({ arguments: all }) => values.includes(at(all, ...path));
}

/** A block or a list of blocks as a list. */
export function blocks(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
