import { type Command, Option } from 'commander';
import type { TlsFiles } from '../plumber-app/server/tls/files.ts';
import { UserError } from '../service/errors.ts';

export interface TlsOptions {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: readonly string[];
  readonly tlsSubject?: readonly string[];
}

/** Adds `--tls-cert`, `--tls-key`, `--tls-ca` and `--tls-subject`. */
export function addTlsOptions(command: Command): Command {
  return command
    .option('--tls-cert <file>', 'speak HTTPS with this certificate (PEM); read again when it changes')
    .option('--tls-key <file>', 'its private key (PEM)')
    .addOption(repeatable('--tls-ca <file>', 'let in only callers with a certificate of these issuers (PEM)'))
    .addOption(repeatable('--tls-subject <name>', 'and of these, only those with this common or alternative name'));
}

/** What was said of TLS; undefined when nothing was. @throws UserError when something is missing */
export function tlsFrom({ tlsCert, tlsKey, tlsCa, tlsSubject }: TlsOptions): TlsFiles | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return { cert: tlsCert, key: tlsKey, ca: tlsCa, subjects: tlsSubject };
  }
  if (tlsCert !== undefined) throw new UserError('--tls-cert needs --tls-key, the certificate’s private key');
  if (tlsKey !== undefined) throw new UserError('--tls-key needs --tls-cert, the key’s certificate');
  if (tlsCa !== undefined || tlsSubject !== undefined) {
    throw new UserError(
      'callers can be told by their certificates only over HTTPS: --tls-cert and --tls-key are expected',
    );
  }
  return undefined;
}

function repeatable(flags: string, description: string): Option {
  const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  return new Option(flags, `${description}; may be given again`).argParser(collect);
}
