import type { Preflight, Step } from '../execution/step.ts';
import type { Scope, Section } from '../scopes/plan.ts';
import type { PolicyReader } from './reader.ts';

/**
 * One policy of API Management: its name, where it may stand, and how its element becomes a function. All policies
 * have this shape, one a file; `registry.ts` lists them.
 */
export interface Policy {
  readonly name: string;
  /** https://learn.microsoft.com/azure/api-management/api-management-policies says which. */
  readonly sections: readonly Section[];
  /** All, when left out. */
  readonly scopes?: readonly Scope[];
  /** Only one in a document. */
  readonly once?: boolean;
  /**
   * Reads the element when the gateway starts and returns what runs for each call. The reader notes every mistake and
   * goes on, so that all are shown at once; attributes and children that nobody has read are mistakes, too.
   */
  compile(element: PolicyReader): Step | { run: Step; preflight: Preflight };
}
