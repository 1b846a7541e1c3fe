import { isUtf8 } from 'node:buffer';
import axios from 'axios';
import { UserError } from '../../service/errors.ts';
import type { Method } from '../../service/definition.ts';
import type { Milliseconds } from '../../service/units.ts';

/** A call through a gateway. */
export interface Call {
  readonly method: Method;
  readonly url: string;
  readonly body: string | Buffer | undefined;
  /** What the body is; JSON unless told. */
  readonly contentType?: string;
  /** Sent too. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was answered. */
export interface Answer {
  readonly status: number;
  /** The release that answered, as the scoring server says (`x-penstock-release`). */
  readonly release: string | undefined;
  /** From sending the call to the last byte of the answer. */
  readonly latency: Milliseconds;
  /** The body where it is text, else a word on what it is. */
  readonly body: string;
}

/** Longer than API Management itself waits for a backend. */
const patience: Milliseconds = 310_000;

/**
 * Sends a call with a subscription key, or with none. Any status is an answer; redirects are not followed.
 *
 * @throws UserError when there is no answer. It never holds the key.
 */
export async function send(
  { method, url, body, contentType, headers }: Call,
  key: string | undefined,
): Promise<Answer> {
  const start = performance.now();
  try {
    const answer = await axios.request<Buffer>({
      method,
      url,
      data: typeof body === 'string' ? Buffer.from(body) : body,
      headers: {
        ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
        ...(key !== undefined && { 'Ocp-Apim-Subscription-Key': key }),
        ...headers,
      },
      responseType: 'arraybuffer',
      validateStatus: () => true,
      maxRedirects: 0,
      signal: AbortSignal.timeout(patience),
      // A proxy of the environment can't reach this machine's own addresses.
      ...(isLocal(url) && { proxy: false as const }),
    });
    return {
      status: answer.status,
      release: answer.headers['x-penstock-release'] as string | undefined,
      latency: Math.round((performance.now() - start) * 10) / 10,
      body: shown(answer.data, answer.headers['content-type'] as string | undefined),
    };
  } catch (error) {
    // The error itself stays here: it holds the request, and with it the subscription key.
    const { message, code, cause } = error as Error & { code?: string };
    const why = message || (cause as Error | undefined)?.message || code;
    throw new UserError(`no answer from ${url}: ${code === 'ERR_CANCELED' ? `not within ${patience / 1000} s` : why}`);
  }
}

function shown(bytes: Buffer, contentType: string | undefined): string {
  // Control characters would do things to a terminal.
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const isText = isUtf8(bytes) && !/[\u0000-\u0008\u000e-\u001f\u007f]/.test(bytes.toString());
  return isText ? bytes.toString() : `(${bytes.length} bytes of ${contentType ?? 'an unknown type'})`;
}

function isLocal(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
