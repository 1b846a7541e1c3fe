import type { Server as HttpsServer, ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { UserError } from '../../../service/errors.ts';
import type { Milliseconds } from '../../../service/units.ts';
import { checkContents, readContents, type TlsFiles, type TlsMaterial } from './files.ts';
import { namesOf } from './names.ts';

/** Mozilla's "intermediate" suites (ssl-config.mozilla.org), those with finite-field Diffie-Hellman aside. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** A handshake takes some round trips; a connection that does not begin one is not kept. */
const handshakeWithin: Milliseconds = 10_000;
/** Scanners knock all the time: of refused callers the log tells once in a while. */
const toldEvery: Milliseconds = 60_000;

export interface TlsIdentityOptions {
  readonly logger: Logger;
  /** The pause between two looks at the files; 5 s unless told. */
  readonly lookEvery?: Milliseconds | undefined;
  /** A steady clock. */
  readonly now?: (() => Milliseconds) | undefined;
}

/** `handshake`: no common protocol, or no certificate of a trusted issuer; `subject`: a trusted one of somebody else. */
export type TlsRefusal = 'handshake' | 'subject';

/**
 * The server's certificate and key, and whom it lets in. The files are read again and again, since a watch does not see
 * how Kubernetes replaces them (by a symbolic link to a directory); new connections get what they hold now.
 */
export class TlsIdentity {
  readonly #files: TlsFiles;
  readonly #options: TlsIdentityOptions;
  #material: TlsMaterial;
  /** Contents that were refused, told once. */
  #refused: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #toldAt: Partial<Record<TlsRefusal, Milliseconds>> = {};

  /** @throws UserError that names the file that is missing, or that does not hold what it should */
  static async open(files: TlsFiles, options: TlsIdentityOptions): Promise<TlsIdentity> {
    const { ca = [], subjects = [] } = files;
    if (subjects.length > 0 && ca.length === 0) {
      throw new UserError(
        "callers' subjects can be told by their certificates alone: the issuers' (CA) file is expected",
      );
    }
    return new TlsIdentity(files, checkContents(await readContents(files), files), options);
  }

  private constructor(files: TlsFiles, material: TlsMaterial, options: TlsIdentityOptions) {
    this.#files = files;
    this.#options = options;
    this.#material = material;
    this.#tell('certificate read');
  }

  /** When the certificate expires. */
  get notAfter(): Date {
    return this.#material.notAfter;
  }

  /** For `https.createServer`. */
  serverOptions(): ServerOptions {
    const asksCallers = this.#material.ca !== undefined;
    return {
      ...this.#context(),
      handshakeTimeout: handshakeWithin,
      requestCert: asksCallers,
      rejectUnauthorized: asksCallers,
    };
  }

  /**
   * Checks who connects to the server, and keeps its certificate up to date until `close`.
   * @param onRefused a caller got no connection
   */
  attach(server: HttpsServer, onRefused: (reason: TlsRefusal) => void): void {
    const refuse = (reason: TlsRefusal, details: object) => {
      onRefused(reason);
      this.#tellRefused(reason, details);
    };
    // Node's own listener would have us answer a failed handshake in plain text.
    server.removeAllListeners('tlsClientError');
    server.on('tlsClientError', (error: NodeJS.ErrnoException & { reason?: string }, socket) => {
      socket.destroy();
      // For a certificate that does not hold Node hangs up, and says why on the socket alone.
      const { authorizationError: reason } = socket as { authorizationError: Error | string | null };
      if (reason) refuse('handshake', { reason });
      // Whoever leaves by himself was not refused: balancers look in this way whether we are there.
      else if (error.code !== 'ECONNRESET') refuse('handshake', { reason: error.reason ?? error.message });
    });
    // Before anything is read from the connection.
    server.prependListener('secureConnection', (socket) => {
      const names = this.#unknownNames(socket);
      if (names === undefined) return;
      socket.destroy();
      refuse('subject', { names });
    });
    const { lookEvery = 5_000 } = this.#options;
    this.#timer = setInterval(() => void this.#reload(server), lookEvery).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #context() {
    const { cert, key, ca } = this.#material;
    return { cert, key, ...(ca && { ca }), minVersion: 'TLSv1.2', ciphers, honorCipherOrder: true } as const;
  }

  /** The names of a caller who has none of those that may come; undefined when he may. */
  #unknownNames(socket: TLSSocket): string[] | undefined {
    const { subjects = [] } = this.#files;
    if (subjects.length === 0) return undefined;
    const names = namesOf(socket.getPeerCertificate());
    return names.some((name) => subjects.includes(name)) ? undefined : names;
  }

  #tellRefused(reason: TlsRefusal, details: object): void {
    const { logger, now = () => performance.now() } = this.#options;
    const at = this.#toldAt[reason];
    if (at !== undefined && now() - at < toldEvery) return;
    this.#toldAt[reason] = now();
    logger.warn(details, reason === 'subject' ? 'a caller with another name was refused' : 'a TLS handshake failed');
  }

  async #reload(server: HttpsServer): Promise<void> {
    const { logger } = this.#options;
    let seen = '';
    try {
      const contents = await readContents(this.#files);
      seen = contents.fingerprint;
      if (seen === this.#refused) return;
      this.#refused = undefined;
      if (seen === this.#material.fingerprint) return;
      this.#material = checkContents(contents, this.#files);
      server.setSecureContext(this.#context());
      this.#tell('certificate changed');
    } catch (error) {
      const { message } = error as Error;
      if (this.#refused === (seen || message)) return;
      this.#refused = seen || message;
      logger.error({ reason: message }, 'the new certificate is no use; the old one stays');
    }
  }

  #tell(what: string): void {
    const { subject, notAfter } = this.#material;
    const isExpired = notAfter.getTime() < Date.now();
    this.#options.logger[isExpired ? 'warn' : 'info']({ subject, notAfter, isExpired }, what);
  }
}
