import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Utils } from '@cyclonedx/cyclonedx-library/Contrib/Bom';
import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License';
import { ComponentType } from '@cyclonedx/cyclonedx-library/Enums';
import { Bom, Component, LicenseRepository, NamedLicense } from '@cyclonedx/cyclonedx-library/Models';
import { JSON as Json, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import { serverBuild } from './bundle.ts';
import type { Engine } from './engine.ts';

/** The image to list, and the npm packages that the server's bundle is made of. */
export interface Listed {
  readonly repository: string;
  readonly tag: string;
  readonly id: string;
  readonly npmPackages: readonly string[];
}

/**
 * Writes a CycloneDX 1.6 document of what an image holds: Debian's packages and R's as the image itself lists them, the npm
 * packages of the bundle, Node.
 *
 * @returns the file
 * @throws UserError when the image cannot be run
 */
export async function writeSbom(engine: Engine, { repository, tag, id, npmPackages }: Listed): Promise<string> {
  const bom = new Bom({ serialNumber: Utils.randomSerialNumber() });
  bom.metadata.timestamp = new Date();
  bom.metadata.component = new Component(ComponentType.Container, repository, { version: tag, bomRef: id });
  const inventory = await readFile(join(import.meta.dirname, 'inventory.sh'), 'utf8');
  const listing = await engine.ask('run', '--rm', '--network', 'none', '--entrypoint', '/bin/sh', id, '-c', inventory);
  for (const component of installed(listing.split('\n').map((line) => line.split('\t')))) bom.components.add(component);
  for (const directory of npmPackages) bom.components.add(await npmComponent(directory));

  const directory = join(serverBuild, '../image');
  const file = join(directory, `${repository.replaceAll('/', '-')}-${tag}.cdx.json`);
  await mkdir(directory, { recursive: true });
  const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
  await writeFile(file, `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`);
  return file;
}

function* installed(lines: readonly (readonly string[])[]): Generator<Component> {
  const distro = lines
    .filter(([kind]) => kind === 'os')
    .map(([, name, version]) => `${name}-${version}`)
    .join();
  for (const [kind, name = '', version = '', detail = ''] of lines) {
    if (kind === 'os') yield new Component(ComponentType.OperatingSystem, name, { version });
    if (kind === 'node') {
      const number = name.replace(/^v/, '');
      yield library('node', number, `pkg:generic/node@${number}`);
    }
    if (kind === 'deb') {
      const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${detail}&distro=${distro}`;
      yield library(name, version, purl);
    }
    if (kind === 'cran') {
      yield library(name, version, `pkg:cran/${name}@${version}`, new LicenseRepository([new NamedLicense(detail)]));
    }
  }
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** An expression only when it plainly is one; anything else is taken as a licence's name. */
const licenses = new Factories.LicenseFactory((text) => {
  if (!/^\(?[\w.+-]+( (AND|OR|WITH) [\w.+-]+)+\)?$/.test(text)) throw new RangeError(`${text} is no SPDX expression`);
});

async function npmComponent(directory: string): Promise<Component> {
  const text = await readFile(join(directory, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(text) as PackageJson;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return library(
    name,
    version,
    purl,
    license === undefined ? undefined : new LicenseRepository([licenses.makeFromString(license)]),
  );
}

function library(name: string, version: string, purl: string, licenses = new LicenseRepository()): Component {
  return new Component(ComponentType.Library, name, { version, purl, bomRef: purl, licenses });
}
