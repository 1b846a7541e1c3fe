import { compactVerify, decodeProtectedHeader, errors, importJWK, type JWK } from 'jose';
import type { Milliseconds } from '../clock.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Why a token is refused; the names are API Management's. */
export class TokenProblem extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface VerificationKey {
  /** What the token's `kid` must be, where both have one. */
  readonly id: string | undefined;
  readonly key: Uint8Array | JWK;
}

export function keyIdOf(token: string): string | undefined {
  return headerOf(token).kid;
}

/**
 * The claims of a token whose signature one of the keys made.
 * @throws TokenProblem
 */
export async function verifySignature(
  token: string,
  keys: readonly VerificationKey[],
  requireSigned: boolean,
): Promise<Claims> {
  const { alg = 'none', kid } = headerOf(token);
  if (alg === 'none') {
    if (requireSigned) throw new TokenProblem('TokenSignatureInvalid', 'The token has no signature. Access denied.');
    return claimsOf(Buffer.from(token.split('.')[1]!, 'base64url'));
  }
  const candidates = keys.filter(({ id }) => id === undefined || kid === undefined || id === kid);
  if (candidates.length === 0)
    throw new TokenProblem(
      'TokenSignatureKeyNotFound',
      'The key of the token’s signature is not known. Access denied.',
    );
  for (const { key } of candidates) {
    // A public key must never serve as the secret of an HMAC.
    if (key instanceof Uint8Array !== alg.startsWith('HS')) continue;
    try {
      const imported = key instanceof Uint8Array ? key : await importJWK(key, alg);
      const { payload } = await compactVerify(token, imported);
      return claimsOf(payload);
    } catch (error) {
      if (error instanceof errors.JWSInvalid) throw new TokenProblem('JwtInvalid', error.message);
      // The key is of another kind, or has not signed this token: the next one may have.
    }
  }
  throw new TokenProblem('TokenSignatureInvalid', 'The token’s signature is not valid. Access denied.');
}

/** @throws TokenProblem when the token is not good at `now` */
export function checkTimes(claims: Claims, now: Milliseconds, skew: Milliseconds, requireExpiration: boolean): void {
  const { exp, nbf } = claims;
  if (typeof exp !== 'number') {
    if (requireExpiration) throw new TokenProblem('JwtInvalid', 'The token has no expiration time.');
  } else if (exp * 1000 + skew <= now) throw new TokenProblem('TokenExpired', 'The token has expired. Access denied.');
  if (typeof nbf === 'number' && nbf * 1000 - skew > now)
    throw new TokenProblem('JwtInvalid', 'The token is not valid yet.');
}

/** @throws TokenProblem when none of the token's audiences is allowed; an empty list allows all */
export function checkAudience(claims: Claims, allowed: readonly string[]): void {
  const audiences = [claims.aud].flat();
  if (allowed.length > 0 && !audiences.some((audience) => allowed.includes(String(audience))))
    throw new TokenProblem('TokenAudienceNotAllowed', 'The token’s audience is not allowed. Access denied.');
}

/** @throws TokenProblem when the issuer is not allowed; an empty list allows all */
export function checkIssuer(claims: Claims, allowed: readonly string[]): void {
  const issuers = allowed.map((issuer) => issuer.replace('{tenantid}', String(claims.tid)));
  if (issuers.length > 0 && !issuers.includes(String(claims.iss)))
    throw new TokenProblem('TokenIssuerNotAllowed', 'The token’s issuer is not allowed. Access denied.');
}

export interface RequiredClaim {
  readonly name: string;
  readonly match: 'all' | 'any';
  /** Splits a claim that is one text. */
  readonly separator: string | undefined;
  /** None: the claim must only be there. */
  readonly values: readonly string[];
}

/** @throws TokenProblem */
export function checkClaims(claims: Claims, required: readonly RequiredClaim[]): void {
  const missing = required.filter(({ name }) => claims[name] === undefined).map(({ name }) => name);
  if (missing.length > 0) {
    const message = `JWT token is missing the following claims: ${missing.join(', ')}. Access denied.`;
    throw new TokenProblem('TokenClaimNotFound', message);
  }
  for (const { name, match, separator, values } of required) {
    if (values.length === 0) continue;
    const found = [claims[name]].flat().flatMap((value) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return separator === undefined ? [text] : text.split(separator);
    });
    const holds = (value: string) => found.includes(value);
    if (match === 'all' ? values.every(holds) : values.some(holds)) continue;
    const message = `Claim ${name} value of ${found.join(',')} is not allowed. Access denied.`;
    throw new TokenProblem('TokenClaimValueNotAllowed', message);
  }
}

function headerOf(token: string): { alg?: string; kid?: string } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new TokenProblem('JwtInvalid', 'The token is not a JWT.');
  }
}

function claimsOf(payload: Uint8Array): Claims {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof claims === 'object' && claims !== null) return claims as Claims;
  } catch {
    // told below
  }
  throw new TokenProblem('JwtInvalid', 'The token holds no claims.');
}
