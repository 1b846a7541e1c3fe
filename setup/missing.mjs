import { spawnSync } from 'node:child_process';

/** Debian's package for each R package that the product and its example need. */
const packages = { plumber: 'r-cran-plumber', randomForest: 'r-cran-randomforest', MASS: 'r-cran-mass' };
const oldest = '4.2.0';

/**
 * What is missing of R: `debian` names Debian's packages to install (empty when nothing is missing), `why` says it for
 * people, `elsewhere` what to type on a system without apt. Asks R itself, so a package from CRAN counts as well.
 */
export function missingFromR() {
  const names = Object.keys(packages);
  const ask = `cat(getRversion() >= "${oldest}", "\\n"); p <- c(${names.map((name) => `"${name}"`).join(', ')}); cat(p[!nzchar(vapply(p, function(x) system.file(package = x), ""))])`;
  const answer = spawnSync('Rscript', ['--vanilla', '-e', ask], { encoding: 'utf8' });
  if (answer.error || answer.status !== 0) {
    return {
      debian: ['r-base-core', ...Object.values(packages)],
      why: 'R is missing (there is no working Rscript on the PATH)',
      elsewhere: `brew install r  &&  ${fromCran(names)}`,
    };
  }
  const [recent, missing = ''] = answer.stdout.split('\n');
  if (recent.trim() !== 'TRUE') {
    return { debian: ['r-base-core'], why: `R is older than ${oldest}`, elsewhere: 'brew upgrade r' };
  }
  const absent = missing.trim().split(/\s+/).filter(Boolean);
  return {
    debian: absent.map((name) => packages[name]),
    why: `R lacks the package${absent.length > 1 ? 's' : ''} ${absent.join(', ')}`,
    elsewhere: fromCran(absent),
  };
}

function fromCran(names) {
  return `Rscript -e 'install.packages(c(${names.map((name) => `"${name}"`).join(', ')}), repos = "https://cloud.r-project.org")'`;
}

/** Debian's packages by the program, or by the R package, that tests use. */
const testPrograms = { chromium: 'chromium', curl: 'curl', openssl: 'openssl', ps: 'procps', xmllint: 'libxml2-utils' };
const testPackages = { readr: 'r-cran-readr', yaml: 'r-cran-yaml', base64enc: 'r-cran-base64enc' };

/** Debian's packages that tests use and that are not there yet. */
export function missingForTests() {
  const packages = absentFromR(Object.keys(testPackages));
  return [...absentPrograms(testPrograms), ...packages.map((name) => testPackages[name])];
}

/** Debian's packages by the program that the benchmark measures, or measures with. */
const benchPrograms = { haproxy: 'haproxy', wrk: 'wrk' };

/** Debian's packages that the benchmark uses and that are not there yet. */
export function missingForBench() {
  return absentPrograms(benchPrograms);
}

function absentPrograms(packageOf) {
  const names = Object.keys(packageOf).filter((name) => spawnSync(name, ['--version']).error !== undefined);
  return names.map((name) => packageOf[name]);
}

function absentFromR(names) {
  const quoted = names.map((name) => `"${name}"`).join(', ');
  const ask = `p <- c(${quoted}); cat(p[!nzchar(vapply(p, function(x) system.file(package = x), ""))])`;
  const { stdout = '' } = spawnSync('Rscript', ['--vanilla', '-e', ask], { encoding: 'utf8' });
  return stdout.trim().split(/\s+/).filter(Boolean);
}
