import { Option } from 'commander';

/** Which environment: `--env prod`, or PENSTOCK_ENV as for cdktf. */
export function environmentOption(): Option {
  return new Option('--env <name>', 'the environment: a file in config/').env('PENSTOCK_ENV').default('dev');
}
