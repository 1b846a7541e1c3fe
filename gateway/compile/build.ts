import type { BackendConfig, Settings } from '../config.ts';
import type { Element } from '../document/element.ts';
import type { Problem } from '../errors.ts';
import type { Place } from '../execution/fault.ts';
import { firstPreflight, type PlacedStep, sequence, type Step } from '../execution/step.ts';
import type { CompiledExpression, ExpressionCompiler } from '../expressions/compile.ts';
import type { Policy } from './policy.ts';
import { PolicyReader, type Surroundings } from './reader.ts';
import type { PolicyList } from '../scopes/plan.ts';

const namedValueReference = /\{\{([\w.-]{1,256})\}\}/g;

/** An expression that was refused: the document never runs, so neither does this. */
const refused: CompiledExpression = {
  readsRequestBody: false,
  readsResponseBody: false,
  evaluate: () => {
    throw new Error('this expression was refused');
  },
};

export interface Fragment {
  /** The file's name as the configuration writes it. */
  readonly document: string;
  readonly element: Element;
}

/** Everything that compiling policy documents needs, and the mistakes found so far. */
export class Build {
  readonly problems: Problem[];
  readonly settings: Readonly<Settings>;
  readonly backends: ReadonlyMap<string, BackendConfig>;
  /** Whether the configuration gives the gateway an identity of its own. */
  readonly hasIdentity: boolean;
  readonly fragments: ReadonlyMap<string, Fragment>;
  readonly #policies: ReadonlyMap<string, Policy>;
  readonly #expressions: ExpressionCompiler;
  readonly #namedValues: ReadonlyMap<string, string>;

  constructor(parts: {
    problems: Problem[];
    settings: Readonly<Settings>;
    backends: ReadonlyMap<string, BackendConfig>;
    hasIdentity: boolean;
    fragments: ReadonlyMap<string, Fragment>;
    policies: ReadonlyMap<string, Policy>;
    expressions: ExpressionCompiler;
    namedValues: ReadonlyMap<string, string>;
  }) {
    this.problems = parts.problems;
    this.settings = parts.settings;
    this.backends = parts.backends;
    this.hasIdentity = parts.hasIdentity;
    this.fragments = parts.fragments;
    this.#policies = parts.policies;
    this.#expressions = parts.expressions;
    this.#namedValues = parts.namedValues;
  }

  /** Puts named values in, as text and once: what a value holds is not looked at again. */
  resolve(text: string, document: string, line: number, liquid = false): string {
    if (!text.includes('{{')) return text;
    return text.replace(namedValueReference, (reference: string, name: string, offset: number) => {
      const value = this.#namedValues.get(name);
      if (value !== undefined) return value;
      const at = line + (text.slice(0, offset).match(/\n/g)?.length ?? 0);
      if (!liquid) this.problems.push({ document, line: at, message: `there is no named value '${name}'` });
      return reference;
    });
  }

  compile(
    source: string,
    what: string,
    document: string,
    line: number,
    expected: 'string' | 'bool' | 'int' | 'object',
  ): CompiledExpression {
    try {
      return this.#expressions.compile(source, { document, line }, expected);
    } catch (error) {
      const at = (error as { line?: number }).line ?? line;
      this.problems.push({ document, line: at, message: `${what}: ${(error as Error).message}` });
      return refused;
    }
  }

  /** Compiles the children of a section or of a policy that holds others. */
  sequence(elements: readonly Element[], surroundings: Surroundings): Step {
    return sequence(this.steps(elements, surroundings));
  }

  list(elements: readonly Element[], surroundings: Surroundings): PolicyList {
    const steps = this.steps(elements, surroundings);
    return { run: sequence(steps), preflight: firstPreflight(steps.flatMap(({ preflight }) => preflight ?? [])) };
  }

  steps(elements: readonly Element[], surroundings: Surroundings): PlacedStep[] {
    const seen = new Map<string, number>();
    return elements.flatMap((element) => {
      const index = (seen.get(element.name) ?? 0) + 1;
      seen.set(element.name, index);
      return this.#step(element, index, surroundings) ?? [];
    });
  }

  #step(element: Element, index: number, surroundings: Surroundings): PlacedStep | undefined {
    const { document, section, scope } = surroundings;
    const { name, line } = element;
    const policy = this.#policies.get(name);
    const refuse = (message: string) => void this.problems.push({ document, line, message });
    if (!policy) {
      refuse(`the policy ${name} is not one that this gateway executes`);
      return undefined;
    }
    if (!policy.sections.includes(section)) refuse(`${name} is not allowed in ${section}`);
    if (policy.scopes && !policy.scopes.includes(scope)) refuse(`${name} is not allowed at the ${scope} scope`);
    if (policy.once) {
      if (surroundings.once.has(name)) refuse(`${name} is allowed only once in a policy document`);
      surroundings.once.add(name);
    }
    const path = `${surroundings.path === '' ? '' : `${surroundings.path}/`}${name}[${index}]`;
    const reader = new PolicyReader(element, { ...surroundings, path });
    const compiled = policy.compile(reader);
    reader.finish();
    const { run, preflight } = typeof compiled === 'function' ? { run: compiled, preflight: undefined } : compiled;
    const place: Place = {
      source: name,
      scope,
      section,
      path: surroundings.path === '' ? null : surroundings.path,
      policyId: element.attributes.get('id')?.text ?? null,
    };
    return { run, preflight, needs: reader.needs, place };
  }
}
