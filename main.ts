import { App } from 'cdktf';
import { compose } from './infra/compose.ts';
import { loadEnvironment } from './infra/config.ts';
import { policySetOf } from './infra/edge/policies.ts';
import { checkRecord, readRecord } from './infra/record.ts';
import { warningsOf } from './infra/services.ts';
import { UserError } from './service/errors.ts';

const root = import.meta.dirname;

try {
  const environment = await loadEnvironment(process.env['PENSTOCK_ENV'] ?? 'dev', root);
  checkRecord(environment, (await readRecord(root))[environment.environment], process.env['PENSTOCK_REPLACE']);
  for (const line of warningsOf(environment)) process.stderr.write(`warning: ${line}\n`);
  const app = new App();
  compose(app, environment, policySetOf(environment));
  app.synth();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
