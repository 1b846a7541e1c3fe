import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Element } from '../document/element.ts';
import { parseDocument } from '../document/parse.ts';
import type { Problem } from '../errors.ts';
import type { Build, Fragment } from '../compile/build.ts';
import { type PolicyList, type Scope, type ScopePolicies, type Section, sectionNames } from './plan.ts';

/** API Management's bound on a fragment, in bytes. */
const largestFragment = 512 * 1024;

/** Reads and parses a file; what is wrong with it goes to `problems`. */
async function read(file: string, directory: string, problems: Problem[]): Promise<Element | undefined> {
  let text: string;
  try {
    text = await readFile(path.resolve(directory, file), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    problems.push({ document: file, line: 1, message: `the file can't be read (${code})` });
    return undefined;
  }
  const parsed = parseDocument(file, text);
  if (!Array.isArray(parsed)) return parsed;
  problems.push(...parsed);
  return undefined;
}

/** Fragments by id. One can be included anywhere, so it is compiled where it is. */
export async function readFragments(
  files: Readonly<Record<string, string>>,
  directory: string,
  problems: Problem[],
): Promise<Map<string, Fragment>> {
  const fragments = new Map<string, Fragment>();
  for (const [id, document] of Object.entries(files)) {
    const element = await read(document, directory, problems);
    if (!element) continue;
    const wrong = (message: string) => problems.push({ document, line: element.line, message });
    if (element.name !== 'fragment') wrong(`a fragment's root element is fragment, not ${element.name}`);
    if (Buffer.byteLength(element.inner) > largestFragment) wrong('a fragment has 512 KB at most');
    if (element.name === 'fragment') fragments.set(id, { document, element });
  }
  return fragments;
}

/** Compiles the policy document of one scope. */
export async function readScope(
  document: string,
  directory: string,
  scope: Scope,
  build: Build,
): Promise<ScopePolicies> {
  const root = await read(document, directory, build.problems);
  const sections: Partial<Record<Section, PolicyList>> = {};
  const wrong = ({ line }: { line: number }, message: string) => build.problems.push({ document, line, message });
  if (root && root.name !== 'policies') wrong(root, `a policy document's root element is policies, not ${root.name}`);
  if (root?.name !== 'policies') return { scope, sections };

  const once = new Set<string>();
  for (const element of root.children) {
    const section = sectionNames.find((name) => name === element.name);
    if (!section) wrong(element, `${element.name} is no section; inbound, backend, outbound and on-error are`);
    else if (sections[section]) wrong(element, `the section ${section} is there twice`);
    else {
      if (element.text.text.trim() !== '') wrong(element.text, `${section}: no text is expected between the policies`);
      const surroundings = { build, document, scope, section, path: '', inFragment: false, once };
      sections[section] = build.list(element.children, surroundings);
    }
  }
  return { scope, sections };
}
