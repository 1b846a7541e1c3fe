import { createCompiler } from '../../gateway/expressions/compile.ts';
import type { PolicyContext } from '../../gateway/context.ts';

/** Evaluates expressions that ask nothing of the context. */
export async function compiledWith(): Promise<(source: string) => unknown> {
  const compiler = await createCompiler();
  return (source) => compiler.compile(source, { document: 'test', line: 1 }).evaluate({} as PolicyContext);
}
