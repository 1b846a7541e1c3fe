import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../config.ts';
import { namesOf, stackNames, type StackName } from '../naming.ts';
import { makeCertificates } from './certificates.ts';
import { pretended } from './identifiers.ts';
import { sendTo } from './in-cluster.ts';
import { startStandIn, type StandIn } from './stand-in.ts';
import { copyStack, findTerraform, type Terraform } from './terraform.ts';

const root = join(import.meta.dirname, '..', '..');
/** A cluster for the stacks of Kubernetes objects; without one their YAML is held to Kubernetes' schemas. */
const kubeconfig = process.env['PENSTOCK_KUBECONFIG'];
const inCluster: readonly StackName[] = ['addons', 'workload'];

const workspace = await mkdtemp(join(tmpdir(), 'penstock-rehearse-'));
try {
  process.exitCode = await rehearse(process.argv.slice(2));
} finally {
  await rm(workspace, { recursive: true, force: true });
}

/** Applies every stack to the stand-in, in order; the second plan is empty; then all is destroyed. */
async function rehearse(names: readonly string[]): Promise<number> {
  const terraform = await findTerraform(workspace);
  if (typeof terraform === 'string') {
    process.stdout.write(`rehearse: skipped, ${terraform}\n`);
    return 0;
  }
  const certificates = await makeCertificates(workspace);
  const one = async (name: string): Promise<number> => {
    const standIn = await startStandIn(certificates);
    try {
      const failed = await rehearseEnvironment(name, terraform, standIn, certificates.bundle);
      for (const unknown of new Set(standIn.unknown)) process.stdout.write(`${name}: nobody answers ${unknown}\n`);
      // What the last destroy has left is what Azure would go on charging for.
      const left = standIn.resources.all().filter(({ type }) => type !== 'microsoft.authorization/roleassignments');
      for (const { id } of failed === 0 ? left : []) process.stdout.write(`${name}: left behind: ${id}\n`);
      return failed;
    } finally {
      await standIn.close();
    }
  };
  const chosen = names.length > 0 ? names : ['dev', 'prod'];
  const failures: number[] = [];
  // Side by side, since azurerm spends most of its time waiting between two looks; but a cluster is one for all.
  if (kubeconfig === undefined) failures.push(...(await Promise.all(chosen.map(one))));
  else for (const name of chosen) failures.push(await one(name));
  return failures.every((failed) => failed === 0) ? 0 : 1;
}

function importCertificates(standIn: StandIn, environment: Environment): void {
  const { customDomain } = environment.apiManagement;
  if (customDomain !== undefined) standIn.importCertificate(namesOf(environment).vault, customDomain.certificate);
}

async function rehearseEnvironment(
  name: string,
  terraform: Terraform,
  standIn: StandIn,
  bundle: string,
): Promise<number> {
  // Here and not above: the providers' modules take a second.
  const { synthesise } = await import('./synthesised.ts');
  const { stacks, environment: made } = await synthesise(name, root, workspace);
  const chosen = stackNames.filter((stack) => kubeconfig !== undefined || !inCluster.includes(stack));
  const folder = (stack: StackName) => join(workspace, 'copies', name, stack);
  const environment = {
    SSL_CERT_FILE: bundle,
    HTTPS_PROXY: standIn.proxy,
    ARM_CLIENT_ID: pretended.client,
    ARM_CLIENT_SECRET: 'none',
    ARM_PROVIDER_ENHANCED_VALIDATION: 'false',
  };
  const step = async (stack: StackName, words: string, args: readonly string[]) => {
    const started = performance.now();
    const { code, output } = await terraform.run(folder(stack), args, environment);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stdout.write(`${name} ${stack}: ${code === 0 ? `${words} (${seconds} s)` : `not ${words}\n${output}`}\n`);
    return code === 0;
  };

  const applied: StackName[] = [];
  let failed = 0;
  if (kubeconfig === undefined) {
    const { checkObjects } = await import('./schemas.ts');
    const { count, mistakes } = checkObjects(made);
    const found = mistakes.length === 0 ? `${count} objects as Kubernetes' schemas ask` : mistakes.join('\n');
    process.stdout.write(`${name} workload: ${found}\n`);
    failed += mistakes.length;
  }
  for (const stack of chosen) {
    const copy = await copyStack(join(stacks, stack), folder(stack), (copied) => {
      if (kubeconfig !== undefined) sendTo(kubeconfig, copied);
    });
    const lacking = terraform.lacks(copy);
    if (lacking !== undefined) {
      process.stdout.write(`${name} ${stack}: skipped, ${lacking}\n`);
      continue;
    }
    await terraform.prepare(folder(stack));
    applied.push(stack);
    // What docs/deploy.md asks of the operator before the gateway is deployed.
    if (stack === 'edge') importCertificates(standIn, made);
    const isApplied = await step(stack, 'applied', ['apply', '-auto-approve', '-input=false']);
    const isStable = isApplied && (await step(stack, 'the same again', ['plan', '-detailed-exitcode', '-input=false']));
    if (!isStable) {
      failed += 1;
      break;
    }
  }
  for (const stack of applied.reverse()) {
    if (!(await step(stack, 'destroyed', ['destroy', '-auto-approve', '-input=false']))) failed += 1;
  }
  if (process.env['PENSTOCK_REHEARSAL_LOG'] !== undefined) {
    const lines = standIn.calls.map((call) => JSON.stringify({ environment: name, ...call }));
    await appendFile(process.env['PENSTOCK_REHEARSAL_LOG'], `${lines.join('\n')}\n`);
  }
  return failed;
}
