/** What the scoring server of a pod is told; the rest stands in the release's `service.yaml`. */
export interface ServerSettings {
  /** The URL of the releases container. */
  readonly store: string;
  readonly channel: string;
  readonly ports: { readonly https: number; readonly admin: number };
  /** PEM files, read again when they change. */
  readonly certificate: string;
  readonly key: string;
  /** The certificates that a client may show, or their issuers; one after the other. */
  readonly clients: string;
  /** The common name that a client's certificate must have. */
  readonly subject: string;
}

/** The command line after the image's entry point, `penstock`. */
export function serverArguments({
  store,
  channel,
  ports,
  certificate,
  key,
  clients,
  subject,
}: ServerSettings): string[] {
  return [
    'serve',
    ...['--store', store],
    ...['--channel', channel],
    ...['--port', String(ports.https)],
    ...['--admin-port', String(ports.admin)],
    ...['--tls-cert', certificate],
    ...['--tls-key', key],
    ...['--tls-ca', clients],
    ...['--tls-subject', subject],
  ];
}
