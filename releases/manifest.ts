import { createHash } from 'node:crypto';
import joi from 'joi';
import { UserError } from '../service/errors.ts';
import { isServiceName } from '../service/name.ts';
import type { Bytes } from '../service/units.ts';
import { formatReleaseId } from './id.ts';
import { shaped } from './shape.ts';

/** A SHA-256 as 64 lower-case hex digits. */
export type Sha256 = string;

export interface ReleaseFile {
  /** Relative to the release's directory, with forward slashes. */
  readonly path: string;
  readonly size: Bytes;
  readonly sha256: Sha256;
}

/** What a release consists of. Its id follows from its files, so that it cannot be changed without being noticed. */
export interface Manifest {
  readonly format: 1;
  readonly id: string;
  readonly service: string;
  /** When it was first published, ISO 8601 in UTC. */
  readonly createdAt: string;
  /** Sorted by path, each path once. */
  readonly files: readonly ReleaseFile[];
}

const schema = joi
  .object<Manifest>({
    format: joi.valid(1).required(),
    id: joi.string().required(),
    service: joi
      .string()
      .required()
      .custom((name: string) => {
        if (!isServiceName(name)) throw new Error('is not a DNS label');
        return name;
      }),
    createdAt: joi.string().isoDate().required(),
    files: joi
      .array()
      .min(1)
      .items(
        joi.object({
          path: joi.string().required(),
          size: joi.number().integer().min(0).required(),
          sha256: joi
            .string()
            .pattern(/^[0-9a-f]{64}$/)
            .required(),
        }),
      )
      .required(),
  })
  .required();

/** The manifest of these files; the same files always get the same id. */
export function manifestOf(service: string, files: readonly ReleaseFile[], createdAt: Date): Manifest {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const id = formatReleaseId({ service, hex: hexOf(sorted) });
  return { format: 1, id, service, createdAt: createdAt.toISOString(), files: sorted };
}

/**
 * Reads the manifest of a release and checks that it is that release's: known format, files that make up the id, and
 * paths that stay inside the directory they are written to.
 * @throws UserError that names the release and what is wrong
 */
export function parseManifest(text: string, release: string): Manifest {
  const damaged = (why: string) => new UserError(`release ${release} is damaged: its manifest ${why}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged('is not JSON');
  }
  const { format } = (json ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > 1) {
    throw new UserError(`release ${release} has format ${format}, and this version of Penstock reads format 1 only`);
  }
  let value: Manifest;
  try {
    value = shaped(schema, json);
  } catch (error) {
    throw damaged(`is malformed: ${(error as Error).message}`);
  }
  const paths = value.files.map(({ path }) => path);
  for (const path of paths) {
    const why = unsafe(path);
    if (why !== undefined) throw damaged(`names the file ${JSON.stringify(path)}, which ${why}`);
  }
  const clash = clashOf(paths);
  if (clash !== undefined) throw damaged(`names the file ${JSON.stringify(clash)} twice, or as a directory too`);
  const id = formatReleaseId({ service: value.service, hex: hexOf(value.files) });
  if (value.id !== release || id !== release) throw damaged(`is that of ${id}`);
  return value;
}

/** Why a path must not be written to disk, as the end of a sentence; undefined when it is a plain relative path. */
export function unsafe(path: string): string | undefined {
  const parts = path.split('/');
  if (path === '') return 'has no name';
  if (path.startsWith('/')) return 'is absolute';
  if (parts.includes('..') || parts.includes('.')) return 'has . or .. in its path';
  if (parts.includes('')) return 'has an empty part in its path';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\\\u0000-\u001f\u007f]/.test(path)) return 'has a backslash or a control character in its path';
  return undefined;
}

export function sizeOf({ files }: Pick<Manifest, 'files'>): Bytes {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function hexOf(files: readonly ReleaseFile[]): string {
  const canonical = files.map(({ path, size, sha256 }) => [path, size, sha256]);
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex').slice(0, 12);
}

function clashOf(paths: readonly string[]): string | undefined {
  const seen = new Set(paths);
  if (seen.size < paths.length) return paths.find((path, index) => paths.indexOf(path) < index);
  return paths.find((path) => {
    const parts = path.split('/');
    return parts.some((_, end) => end > 0 && seen.has(parts.slice(0, end).join('/')));
  });
}
