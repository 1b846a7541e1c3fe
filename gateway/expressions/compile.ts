import type { PolicyContext } from '../context.ts';
import './types/all.ts';
import type { Frame } from './bind/bound.ts';
import { convert } from './bind/convert.ts';
import { bindExpression } from './bind/expression.ts';
import { returnsFrom } from './bind/lambda.ts';
import { FunctionBody, Scope, Unit } from './bind/scope.ts';
import { bindBlock } from './bind/statements.ts';
import { ExpressionError } from './errors.ts';
import { beyondLimits } from './exceptions.ts';
import { text } from './runtime/value.ts';
import { type CSharpParser, createParser, type Syntax, SyntaxProblem } from './syntax.ts';
import { typeNamed } from './type.ts';
import { Unsupported } from './unsupported.ts';

/** What a policy wants of an expression: `string` takes anything and its text, the others only their own type. */
export type Expected = 'string' | 'bool' | 'int' | 'object';

export interface CompiledExpression {
  /** Whether the request's body must be buffered before `evaluate`. */
  readonly readsRequestBody: boolean;
  readonly readsResponseBody: boolean;
  /**
   * The value: for `bool` a boolean, for `int` a number, for `string` a text or null. For `object` .NET's value as
   * `runtime/value.ts` carries it: text, int as number, bool, null and objects, which `context.Variables` takes as they
   * are. Throws NetException where C# throws.
   */
  evaluate(context: PolicyContext): unknown;
}

export interface ExpressionCompiler {
  /**
   * Compiles `@(…)` or `@{…}` once. `where` is the place of its first line in the document. Throws ExpressionError for a
   * syntax error and for everything that API Management refuses or that is not supported here.
   */
  compile(source: string, where: { document: string; line: number }, expected?: Expected): CompiledExpression;
}

/** Loads the C# grammar (WebAssembly); the compiler is then synchronous. */
export async function createCompiler(): Promise<ExpressionCompiler> {
  const parser = await createParser();
  return { compile: (source, where, expected = 'object') => compile(parser, source, where, expected) };
}

function compile(
  parser: CSharpParser,
  source: string,
  where: { document: string; line: number },
  expected: Expected,
): CompiledExpression {
  const unit = new Unit(where.document, where.line);
  try {
    return compileIn(unit, parser.parse(source), expected);
  } catch (error) {
    if (error instanceof SyntaxProblem)
      throw new ExpressionError(unit.document, unit.line + error.line, `syntax error: ${error.message}`);
    if (error instanceof RangeError)
      throw new ExpressionError(unit.document, unit.line, 'the expression is nested too deeply');
    if (error instanceof Unsupported) throw new ExpressionError(unit.document, unit.line, error.message);
    throw error;
  }
}

function compileIn(unit: Unit, node: Syntax, expected: Expected): CompiledExpression {
  const wanted = typeNamed(expected === 'string' ? 'object' : expected);
  const scope = new Scope(unit, new FunctionBody(undefined, wanted));
  const body =
    node.kind === 'block'
      ? returnsFrom(bindBlock(node, scope))
      : convert(bindExpression(node, scope), wanted, scope).run;
  const run = scope.entering(body);
  const evaluate = (context: PolicyContext): unknown => {
    const frame: Frame = { context, cells: [], returned: null };
    try {
      return run(frame);
    } catch (error) {
      throw error instanceof RangeError ? beyondLimits(error) : error;
    }
  };
  return {
    readsRequestBody: unit.readsRequestBody,
    readsResponseBody: unit.usesResponse && unit.usesResponseBody,
    evaluate: expected === 'string' ? (context) => asTextOrNull(evaluate(context)) : evaluate,
  };
}

function asTextOrNull(value: unknown): string | null {
  return value === null ? null : text(value);
}
