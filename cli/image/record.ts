import { randomUUID } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { UserError } from '../../service/errors.ts';
import { parseService, serviceFile } from '../../service/load.ts';
import { serviceNameOf } from '../../service/name.ts';

/** What was pushed, and whose it is. */
export interface Recorded {
  readonly digest: string;
  /** The service's directory. */
  readonly directory: string;
  /** The service's name. */
  readonly service: string;
}

/**
 * Writes an image's digest into an environment's configuration (`config/prod.yaml`), at the service with this directory or,
 * when there is none (the model is trained elsewhere), with this name. Comments and order stay.
 *
 * @throws UserError when the file can't be read or names no such service
 */
export async function recordDigest(file: string, { digest, directory, service }: Recorded): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${file} cannot be read (${error.code})`);
  });
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake !== undefined) throw new UserError(`${file}: ${mistake.message}`);
  const services = document.get('services');
  const entries = isSeq(services) ? services.items.filter((item) => isMap(item)) : [];

  const root = dirname(dirname(resolve(file)));
  const wanted = await realpath(directory);
  const known = await Promise.all(
    entries.map(async (entry) => {
      const own = join(root, String(entry.get('directory')));
      return { entry, own: await realpath(own).catch(() => own), name: await nameIn(own) };
    }),
  );
  const found = known.find(({ own }) => own === wanted) ?? known.find(({ name }) => name === service);
  if (found === undefined) {
    const names = known.map(({ name }) => name ?? '(a missing directory)').join(', ') || 'none';
    throw new UserError(`${file}: no service there is ${directory} or called ${service}; there are ${names}`);
  }
  await replace(file, withImage(text, found.entry, digest));
}

/** The text with the digest at this entry. Nothing else moves, as it would if the whole document were written anew. */
function withImage(text: string, entry: YAMLMap, digest: string): string {
  const place = (from: number, to: number, written: string) => text.slice(0, from) + written + text.slice(to);
  const present = entry.get('image', true);
  if (isScalar(present) && present.range) {
    const [from, to] = present.range;
    return place(from, to, from === to ? ` ${digest}` : digest);
  }

  const directory = entry.items.find(({ key }) => isScalar(key) && key.value === 'directory');
  const [key, value] = [directory?.key, directory?.value];
  if (!isScalar(key) || !isScalar(value) || !key.range || !value.range) throw new TypeError('an entry has a directory');
  const end = value.range[1];
  if (entry.flow) return place(end, end, `, image: ${digest}`);
  const lineStart = text.lastIndexOf('\n', key.range[0]) + 1;
  const lineEnd = /\r?\n|$/.exec(text.slice(end))!.index + end;
  return place(lineEnd, lineEnd, `\n${' '.repeat(key.range[0] - lineStart)}image: ${digest}`);
}

async function nameIn(directory: string): Promise<string | undefined> {
  const file = join(directory, serviceFile);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return (await isDirectory(directory)) ? serviceNameOf(directory) : undefined;
  return parseService(text, file, serviceNameOf(directory), { products: 'any' }).name;
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Whole or not at all. */
async function replace(file: string, text: string): Promise<void> {
  const target = await realpath(file);
  const partial = `${target}.${randomUUID()}`;
  try {
    await writeFile(partial, text, { mode: (await stat(target)).mode });
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}
