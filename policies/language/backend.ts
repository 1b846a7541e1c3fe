import { given, whole } from './check.ts';
import { element, policy, type Policy, type Scope } from './policy.ts';

/** Sends the call to a backend entity of the API Management instance. */
export function setBackend(id: string): Policy<'inbound' | 'backend', Scope> {
  return policy('set-backend-service', { 'backend-id': given(id, 'set-backend-service backend-id') });
}

export interface ForwardOptions {
  /** Seconds to wait for the response's headers. API Management's default is 300. */
  readonly timeout?: number;
  /** Keep the request's body, so that a `retry` around it can send it again. Default false. */
  readonly bufferRequestBody?: boolean;
  /** Wait for the whole response before passing it on. API Management's default is true. */
  readonly bufferResponse?: boolean;
}

/** Sends the request to the backend. */
export function forwardRequest(options: ForwardOptions = {}): Policy<'backend', Scope> {
  const { timeout, bufferRequestBody, bufferResponse } = options;
  return policy('forward-request', {
    timeout: timeout === undefined ? undefined : whole(timeout, 'forward-request timeout', 1),
    'buffer-request-body': bufferRequestBody,
    'buffer-response': bufferResponse,
  });
}

/** Shows the backend a certificate of the API Management instance, by its id: it follows a rotation in Key Vault. */
export function clientCertificate(id: string): Policy<'inbound', Scope> {
  return policy('authentication-certificate', {
    'certificate-id': given(id, 'authentication-certificate certificate-id'),
  });
}

/** What a Microsoft Entra ID token must say. */
export interface EntraOptions {
  readonly tenantId: string;
  /** The token is for one of these. */
  readonly audiences: readonly string[];
  /** The caller has one of these app roles; none: any caller of the tenant. */
  readonly roles?: readonly string[];
}

/** Asks for a token of Microsoft Entra ID in the Authorization header; else 401. */
export function validateEntraToken({ tenantId, audiences, roles = [] }: EntraOptions): Policy<'inbound', Scope> {
  if (audiences.length === 0) throw new RangeError('validate-azure-ad-token: expected at least one audience');
  return policy('validate-azure-ad-token', { 'tenant-id': given(tenantId, 'validate-azure-ad-token tenant-id') }, [
    element(
      'audiences',
      {},
      audiences.map((audience) => element('audience', {}, [audience])),
    ),
    ...(roles.length === 0
      ? []
      : [
          element('required-claims', {}, [
            element(
              'claim',
              { name: 'roles', match: 'any' },
              roles.map((role) => element('value', {}, [role])),
            ),
          ]),
        ]),
  ]);
}
