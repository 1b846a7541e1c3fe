import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What R, and renv, look for in the directory that they are started in, by the variable that names it elsewhere. */
const files = {
  R_ENVIRON_USER: '.Renviron',
  R_PROFILE_USER: '.Rprofile',
  RENV_PATHS_LIBRARY: 'renv/library',
} as const;

/**
 * The variables with which R, started in a release, has the settings of the directory that the release was made from. A
 * release leaves them out: they hold secrets, and paths of one machine. Empty when the directory has none.
 *
 * @see https://stat.ethz.ch/R-manual/R-devel/library/base/html/Startup.html
 */
export function projectEnvironment(directory: string): Record<string, string> {
  const found = Object.entries(files).map(([variable, file]) => [variable, join(directory, file)] as const);
  return Object.fromEntries(found.filter(([, path]) => existsSync(path)));
}
