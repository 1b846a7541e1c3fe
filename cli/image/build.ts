import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { releaseFiles } from '../../releases/directory.ts';
import type { ServiceDefinition } from '../../service/definition.ts';
import { UserError } from '../../service/errors.ts';
import { loadService, parseService, serviceFile } from '../../service/load.ts';
import { serviceNameOf } from '../../service/name.ts';
import type { Bytes } from '../../service/units.ts';
import { dockerfile, makeContext } from './context.ts';
import type { Engine } from './engine.ts';
import { writeSbom } from './sbom.ts';

export interface ImageOptions {
  /** The service's directory. */
  readonly directory: string;
  /** Whether the image holds the service, or pulls it from the blob store at start. */
  readonly baked: boolean;
  /** The image to start from, with Node 24 on Debian; the Dockerfile's own unless told. */
  readonly base?: string | undefined;
  /** The CRAN snapshot for packages that Debian lacks; the Dockerfile's own unless told. */
  readonly cran?: string | undefined;
  /** Debian packages that those packages need to be compiled. */
  readonly debian?: readonly string[];
  /** The network of the build's own commands, as the engine names it. */
  readonly network?: string | undefined;
}

export interface BuiltImage {
  readonly service: string;
  /** `penstock/boston-housing`: the repository's path. */
  readonly repository: string;
  /** Twelve hexadecimal digits that stand for everything that went in. */
  readonly tag: string;
  /** The image's id on this machine, `sha256:…`. */
  readonly id: string;
  readonly size: Bytes;
  /** The CycloneDX document of what it holds. */
  readonly sbom: string;
}

/**
 * Builds the image of a service and lists what it holds. The same files and options are the same tag.
 *
 * @throws UserError when the service has a mistake, or the engine is missing or fails
 */
export async function buildImage(engine: Engine, options: ImageOptions): Promise<BuiltImage> {
  const { directory, baked, base, cran, debian = [], network } = options;
  // Debian's rules for names; they end up in a shell.
  const odd = debian.find((name) => !/^[a-z0-9][a-z0-9.+-]+$/.test(name));
  if (odd !== undefined) throw new UserError(`${odd} is not the name of a Debian package, such as libxml2-dev`);
  const definition = baked ? await loadService(directory, { products: 'any' }) : await readDefinition(directory);
  const context = await makeContext(baked ? (await releaseFiles(directory)).files : []);
  try {
    const buildArguments = {
      ...(base && { BASE_IMAGE: base }),
      ...(cran && { CRAN: cran }),
      PACKAGES: [...definition.packages].sort().join(' '),
      DEBIAN_PACKAGES: [...debian].sort().join(' '),
    };
    const tag = createHash('sha256')
      .update(JSON.stringify([context.hash, baked, buildArguments]))
      .digest('hex')
      .slice(0, 12);
    const repository = `penstock/${definition.name}`;
    const name = `${repository}:${tag}`;
    await engine.show(
      ...['build', '--file', dockerfile, '--tag', name, '--target', baked ? 'service' : 'server'],
      ...Object.entries(buildArguments).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
      ...Object.entries(labels(definition, tag)).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
      ...(network ? ['--network', network] : []),
      context.directory,
    );
    const [id = '', size = ''] = (await engine.ask('image', 'inspect', '--format', '{{.Id}} {{.Size}}', name)).split(
      ' ',
    );
    const sbom = await writeSbom(engine, { repository, tag, id, npmPackages: context.npmPackages });
    return { service: definition.name, repository, tag, id, size: Number(size), sbom };
  } finally {
    await context.remove();
  }
}

/** Of a service that the image does not hold only the definition counts: the model may not be trained yet. */
async function readDefinition(directory: string): Promise<ServiceDefinition> {
  const file = join(directory, serviceFile);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${file} cannot be read (${error.code}); it names the R packages of the image`);
  });
  return parseService(text, file, serviceNameOf(resolve(directory)), { products: 'any' });
}

function labels({ name, description }: ServiceDefinition, tag: string): Record<string, string> {
  const opencontainers = 'org.opencontainers.image';
  return {
    [`${opencontainers}.title`]: name,
    ...(description && { [`${opencontainers}.description`]: description }),
    [`${opencontainers}.version`]: tag,
  };
}
