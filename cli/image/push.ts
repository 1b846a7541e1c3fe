import { UserError } from '../../service/errors.ts';
import { withToken } from './acr.ts';
import type { BuiltImage } from './build.ts';
import type { Engine } from './engine.ts';

export interface Pushed {
  /** `registry/penstock/boston-housing:0123456789ab`. */
  readonly name: string;
  /** `sha256:…` of the image's manifest, by which it is deployed. */
  readonly digest: string;
}

/**
 * Pushes an image under its repository and tag.
 *
 * @param destination a registry's host, with a path before the repository when it wants one: `ghcr.io/team`
 * @param token asked when the registry takes one; the engine's own credentials are used without
 * @throws UserError when the engine or the registry refuses
 */
export async function pushImage(
  engine: Engine,
  { repository, tag }: Pick<BuiltImage, 'repository' | 'tag'>,
  destination: string,
  token?: (registry: string) => Promise<string>,
): Promise<Pushed> {
  // The engine's rule: a first part without a dot or a port is a path on Docker Hub.
  if (!/^([\w-]+(\.[\w-]+)+|localhost|\[[\da-f:]+\])(:\d+)?(\/[a-z0-9._-]+)*$/.test(destination)) {
    throw new UserError(`${destination} is not a registry; a host is expected, such as myregistry.azurecr.io`);
  }
  const [registry = ''] = destination.split('/');
  const path = `${destination}/${repository}`;
  const name = `${path}:${tag}`;
  await engine.ask('tag', `${repository}:${tag}`, name);
  if (token === undefined) await engine.show('push', name);
  else await withToken(engine, registry, await token(registry), (signedIn) => signedIn.show('push', name));

  const digests = JSON.parse(
    await engine.ask('image', 'inspect', '--format', '{{json .RepoDigests}}', name),
  ) as string[];
  const digest = digests.find((each) => each.startsWith(`${path}@`))?.slice(path.length + 1);
  if (digest === undefined) throw new UserError(`the engine knows no digest of ${name} after pushing it`);
  return { name, digest };
}
