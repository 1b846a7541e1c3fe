import { UserError } from '../service/errors.ts';
import { isServiceName } from '../service/name.ts';

/** A release as its id names it: `boston-housing@3f9a0c21b7de`. */
export interface ReleaseId {
  readonly service: string;
  /** The first 12 hex digits of the SHA-256 over the release's files. */
  readonly hex: string;
}

/** @throws UserError when the text is no release id */
export function parseReleaseId(text: string): ReleaseId {
  const [, service = '', hex = ''] = /^([^@]+)@([0-9a-f]{12})$/.exec(text) ?? [];
  if (!isServiceName(service)) {
    throw new UserError(
      `${text} is not a release; expected SERVICE@ and 12 hex digits, as "penstock releases" lists them`,
    );
  }
  return { service, hex };
}

export function formatReleaseId({ service, hex }: ReleaseId): string {
  return `${service}@${hex}`;
}

/** Where a release's blobs are in the releases container, with a slash at the end. */
export function prefixOf(release: string): string {
  const { service, hex } = parseReleaseId(release);
  return `${service}/${hex}/`;
}
