import { setHeader } from './language/messages.ts';
import type { Policy, Scope } from './language/policy.ts';
import { expr } from './language/text.ts';

/**
 * Tells the scoring server the address under which its callers see it, for the server's URL in `openapi.json`. A caller's
 * own values are overridden.
 */
export function forwardedHeaders(apiPath: string): Policy<'inbound', Scope>[] {
  return [
    setHeader('X-Forwarded-Proto', expr`context.Request.OriginalUrl.Scheme`),
    setHeader('X-Forwarded-Host', expr`context.Request.OriginalUrl.Host`),
    setHeader('X-Forwarded-Port', expr`context.Request.OriginalUrl.Port.ToString()`),
    setHeader('X-Forwarded-Prefix', `/${apiPath}`),
  ];
}
