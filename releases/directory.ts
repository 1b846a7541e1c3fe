import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { UserError } from '../service/errors.ts';
import { unsafe } from './manifest.ts';

/** A file that goes into a release. */
export interface SourceFile {
  /** Relative to the release's directory, with forward slashes. */
  readonly path: string;
  /** Where it is on this machine. */
  readonly location: string;
}

/** What of a directory goes into a release, and what does not. */
export interface SourceFiles {
  readonly files: readonly SourceFile[];
  /** Files and whole directories that stay behind, relative to the release's directory. */
  readonly leftOut: readonly string[];
}

/**
 * The files of a directory that make up a release: all but those whose name starts with a dot (`.git`, `.Rhistory`,
 * `.Renviron` with its secrets), logs, and the packages that renv keeps in `renv/library`. Links inside the directory
 * are followed.
 * @throws UserError for a link that leads out of the directory or nowhere, and for what is neither file nor directory
 */
export async function releaseFiles(directory: string): Promise<SourceFiles> {
  const root = await realpath(directory).catch(() => {
    throw new UserError(`${directory} is not a directory; one with a plumber.R is expected`);
  });
  const files: SourceFile[] = [];
  const leftOut: string[] = [];

  const visit = async (location: string, path: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(location).catch(() => undefined);
    if (real === undefined) throw new UserError(`${join(directory, path)} is a link that leads nowhere`);
    if (real !== root && !real.startsWith(root + sep)) {
      throw new UserError(
        `${join(directory, path)} is a link out of the directory; a release holds its own files only`,
      );
    }
    const found = await stat(real);
    if (found.isFile()) {
      const why = unsafe(path);
      if (why !== undefined)
        throw new UserError(`${JSON.stringify(join(directory, path))} cannot be released: it ${why}`);
      files.push({ path, location: real });
      return;
    }
    if (!found.isDirectory()) throw new UserError(`${join(directory, path)} is neither a file nor a directory`);
    if (above.includes(real)) throw new UserError(`${join(directory, path)} is a link to a directory that holds it`);
    for (const name of (await readdir(real)).sort()) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (isLeftOut(inner)) leftOut.push(inner);
      else await visit(join(real, name), inner, [...above, real]);
    }
  };
  await visit(root, '', []);
  return { files, leftOut };
}

function isLeftOut(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.startsWith('.') || name.endsWith('.log') || path === 'renv/library';
}
