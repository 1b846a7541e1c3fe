import { App, type TerraformStack } from 'cdktf';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../infra/compose.ts';
import type { Environment } from '../../infra/config.ts';
import type { PolicySet } from '../../infra/edge/policy-set.ts';
import { stackNames, type StackName } from '../../infra/naming.ts';

type Json = Record<string, unknown>;
/** A stack's JSON, by type and logical name. */
export interface Synthesised {
  readonly resource: Record<string, Record<string, Json>>;
  readonly data?: Record<string, Record<string, Json>>;
  readonly output?: Json;
  readonly provider: Record<string, Json[]>;
  readonly terraform: Json;
}

/** Synthesises the whole program as `main.ts` does, and reads back what Terraform would read. */
export async function synth(
  environment: Environment,
  policies: PolicySet,
): Promise<{ stacks: Record<StackName, Synthesised>; texts: Record<StackName, string>; order: TerraformStack[] }> {
  const outdir = await mkdtemp(join(tmpdir(), 'penstock-synth-'));
  try {
    const app = new App({ outdir, skipValidation: false });
    const order = compose(app, environment, policies);
    app.synth();
    const entries = await Promise.all(
      stackNames.map(
        async (name) => [name, await readFile(join(outdir, 'stacks', name, 'cdk.tf.json'), 'utf8')] as const,
      ),
    );
    const texts = Object.fromEntries(entries) as Record<StackName, string>;
    const stacks = Object.fromEntries(entries.map(([name, text]) => [name, JSON.parse(text) as Synthesised]));
    return { stacks: stacks as Record<StackName, Synthesised>, texts, order };
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

/** The one resource of its type in a stack, or the one of that name. */
export function resource(stack: Synthesised, type: string, name?: string): Json {
  const all = Object.entries(stack.resource[type] ?? {}).filter(([key]) => name === undefined || key === name);
  if (all.length !== 1)
    throw new Error(
      `${all.length} of ${type} ${name ?? ''}; there are ${Object.keys(stack.resource[type] ?? {}).join(', ')}`,
    );
  return all[0]![1];
}

/** Every key of a JSON value with its path, left to right. */
export function* keysOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const here = [...path, key];
    if (!Array.isArray(value)) yield here;
    yield* keysOf(child, here);
  }
}

/** Policies with one of each kind of document and reference, for tests of what the edge makes of them. */
export function samplePolicies({ services }: Environment): PolicySet {
  const whole = (inbound: string) =>
    `<policies><inbound><base />${inbound}</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>`;
  const apis = services.filter(({ image }) => image !== undefined).map(({ definition }) => definition.name);
  return {
    namedValues: { 'max-body': '1024' },
    documents: [
      {
        scope: { kind: 'fragment', name: 'errors' },
        xml: '<fragment><set-header name="x" exists-action="delete" /></fragment>',
      },
      { scope: { kind: 'global' }, xml: whole('<include-fragment fragment-id="errors" />') },
      { scope: { kind: 'product', product: 'trial' }, xml: whole('<rate-limit calls="60" renewal-period="60" />') },
      ...apis.flatMap((api) => [
        {
          scope: { kind: 'api', api } as const,
          xml: whole(
            `<set-backend-service backend-id="${api}" /><authentication-certificate certificate-id="gateway-client" /><set-variable name="i" value="@($"\${context.RequestId} %{x}")" />`,
          ),
        },
        {
          scope: { kind: 'operation', api, operation: 'post-score' } as const,
          xml: whole('<set-variable name="n" value="{{max-body}}" />'),
        },
      ]),
    ],
    apis: apis.map((service) => ({
      service,
      backend: service,
      products: ['standard', 'trial', 'internal'],
      operations: [
        { id: 'post-score', displayName: 'POST /score', method: 'POST', urlTemplate: '/score', parameters: [] },
        {
          id: 'get-user',
          displayName: 'GET /users/{id}',
          method: 'GET',
          urlTemplate: '/users/{id}',
          parameters: ['id'],
        },
      ],
    })),
  };
}
