import { Command } from 'commander';
import { relative } from 'node:path';
import { acrToken, isAcr } from '../image/acr.ts';
import { buildImage, type BuiltImage } from '../image/build.ts';
import { Engine } from '../image/engine.ts';
import { pushImage } from '../image/push.ts';
import { recordDigest } from '../image/record.ts';
import { createOutput, type Output } from '../output.ts';
import { sizeText } from '../progress.ts';

interface BuildOptions {
  readonly service: boolean;
  readonly base?: string;
  readonly cran?: string;
  readonly debian: readonly string[];
  readonly network?: string;
  readonly engine: string;
  readonly json: boolean;
}

interface PushOptions extends BuildOptions {
  readonly registry: string;
  readonly write?: string;
}

/** `penstock image build|push`: the container image of a service. */
export function imageCommand(): Command {
  const image = new Command('image').description('Build the container image of a service, or build and push it.');
  image.addCommand(
    withBuildOptions(new Command('build'))
      .description('Build the image, tagged by its content, and list what it holds (CycloneDX).')
      .action(async (directory: string, options: BuildOptions) => {
        const output = createOutput(options.json, process.stdout);
        const built = await build(directory, options);
        output.result(shown(built), () => {
          describe(built, output);
          if (options.service) output.line(`run it:  docker run --rm -p 8000:8000 ${built.repository}:${built.tag}`);
        });
      }),
  );
  image.addCommand(
    withBuildOptions(new Command('push'))
      .description('Build the image, push it to a registry, and print the digest by which it is deployed.')
      .requiredOption(
        '--registry <host>',
        'the registry, with a path before the repository if it wants one: NAME.azurecr.io (signed in by your Azure identity), ghcr.io/TEAM (by docker login)',
      )
      .option('--write <file>', "write the digest into an environment's configuration, such as config/dev.yaml")
      .action(async (directory: string, options: PushOptions) => {
        const output = createOutput(options.json, process.stdout);
        const engine = new Engine(options.engine);
        const built = await build(directory, options, engine);
        const [host = ''] = options.registry.split('/');
        const pushed = await pushImage(engine, built, options.registry, isAcr(host) ? signIn : undefined);
        if (options.write !== undefined) {
          await recordDigest(options.write, { digest: pushed.digest, directory, service: built.service });
        }
        output.result({ ...shown(built), ...pushed, written: options.write ?? null }, () => {
          describe(built, output);
          output.line(`pushed  ${pushed.name}`);
          output.line(`digest  ${pushed.digest}${options.write ? `  (written to ${options.write})` : ''}`);
        });
      }),
  );
  for (const command of image.commands) command.exitOverride().showHelpAfterError('(add --help for what there is)');
  return image;
}

function withBuildOptions(command: Command): Command {
  return command
    .argument('<dir>', "the service's directory")
    .option('--no-service', 'leave the service out: such an image pulls it from the blob store at start')
    .option('--base <image>', 'start from this image, with Node 24 on Debian (default: node:24-trixie-slim)')
    .option('--cran <url>', 'a CRAN snapshot, for the R packages that Debian lacks')
    .option('--debian <packages>', 'Debian packages that those need to be compiled, apart by commas', list, [])
    .option('--network <name>', 'the network of the build, as the engine names it')
    .option('--engine <program>', 'the container engine', 'docker')
    .option('--json', 'print JSON', false);
}

function list(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}

function build(directory: string, options: BuildOptions, engine = new Engine(options.engine)): Promise<BuiltImage> {
  const { service: baked, base, cran, debian, network } = options;
  return buildImage(engine, { directory, baked, base, cran, debian, network });
}

async function signIn(registry: string): Promise<string> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return acrToken(registry, new DefaultAzureCredential(), `https://${registry}`);
}

function shown({ repository, tag, id, size, sbom }: BuiltImage) {
  return { image: `${repository}:${tag}`, id, bytes: size, sbom };
}

function describe({ repository, tag, size, sbom }: BuiltImage, output: Output): void {
  output.line(`built   ${repository}:${tag}, ${sizeText(size)}`);
  output.line(`listed  ${relative(process.cwd(), sbom)}`);
}
