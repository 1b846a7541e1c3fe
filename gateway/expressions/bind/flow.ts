import type { Local, Scope } from './scope.ts';

/**
 * Definite assignment (C# language specification, 9.4): which local variables have no value yet at the place that is
 * being bound. Binding follows the order of evaluation, so the set is simply carried along.
 */
export type Unassigned = ReadonlySet<Local>;

export const allAssigned: Unassigned = new Set();

export function declareUnassigned(scope: Scope, local: Local): void {
  scope.unit.unassigned = new Set([...scope.unit.unassigned, local]);
}

export function assign(scope: Scope, local: Local): void {
  if (!scope.unit.unassigned.has(local)) return;
  scope.unit.unassigned = without(scope.unit.unassigned, local);
}

export function without(state: Unassigned, local: Local): Unassigned {
  return new Set([...state].filter((other) => other !== local));
}

/** Where several ways meet, what any of them has left without a value has none. */
export function meet(...states: readonly Unassigned[]): Unassigned {
  return states.every(({ size }) => size === 0) ? allAssigned : new Set(states.flatMap((state) => [...state]));
}

/** Binds something with a state of its own and gives back the state in which it ends. */
export function within<T>(scope: Scope, state: Unassigned, bind: () => T): { result: T; end: Unassigned } {
  const { unit } = scope;
  const kept = unit.unassigned;
  unit.unassigned = state;
  try {
    const result = bind();
    return { result, end: unit.unassigned };
  } finally {
    unit.unassigned = kept;
  }
}
