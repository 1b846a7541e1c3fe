import { exampleRelease } from '../../support/example.ts';
import { penstock } from '../../support/penstock.ts';

/** What `penstock image build --json` prints. */
export interface Built {
  readonly image: string;
  readonly id: string;
  readonly bytes: number;
  readonly sbom: string;
}

/** The options that make a build start from the base image of this run. */
export function baseOptions(): string[] {
  const base = process.env['PENSTOCK_TEST_BASE'];
  return base ? ['--base', base, '--network', 'host'] : [];
}

/** Builds a service's image by the command. @throws with what it printed when it fails */
export async function build(directory: string, ...options: readonly string[]): Promise<Built> {
  const ran = await penstock(['image', 'build', directory, '--json', ...baseOptions(), ...options], passed());
  if (ran.code !== 0) throw new Error(`penstock image build ended with ${ran.code}:\n${ran.stderr}`);
  return JSON.parse(ran.stdout) as Built;
}

/** Plain output: the engine's newer clients would draw. */
export function passed(): Record<string, string> {
  return { BUILDKIT_PROGRESS: 'plain' };
}

let example: Promise<Built> | undefined;
let bare: Promise<Built> | undefined;

/** The image of the sample service, built once for a test file. */
export async function exampleImage(): Promise<string> {
  return (await (example ??= build(await exampleRelease()))).image;
}

/** The same without the service. */
export async function serverImage(): Promise<string> {
  return (await (bare ??= build(await exampleRelease(), '--no-service'))).image;
}
