import { authenticationBasic } from './authentication-basic.ts';
import { authenticationManagedIdentity } from './authentication-managed-identity.ts';
import { base } from './base.ts';
import { cacheLookup } from './cache-lookup.ts';
import { cacheLookupValue } from './cache-lookup-value.ts';
import { cacheRemoveValue } from './cache-remove-value.ts';
import { cacheStore } from './cache-store.ts';
import { cacheStoreValue } from './cache-store-value.ts';
import { checkHeader } from './check-header.ts';
import { choose } from './choose.ts';
import { cors } from './cors.ts';
import { emitMetric } from './emit-metric.ts';
import { findAndReplace } from './find-and-replace.ts';
import { forwardRequest } from './forward-request.ts';
import { includeFragment } from './include-fragment.ts';
import { ipFilter } from './ip-filter.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { mockResponse } from './mock-response.ts';
import type { Policy } from '../compile/policy.ts';
import { quotaByKey } from './quota-by-key.ts';
import { quota } from './quota.ts';
import { rateLimitByKey } from './rate-limit-by-key.ts';
import { rateLimit } from './rate-limit.ts';
import { retry } from './retry.ts';
import { returnResponse } from './return-response.ts';
import { rewriteUri } from './rewrite-uri.ts';
import { sendOneWayRequest } from './send-one-way-request.ts';
import { sendRequest } from './send-request.ts';
import { setBackendService } from './set-backend-service.ts';
import { setBody } from './set-body.ts';
import { setHeader } from './set-header.ts';
import { setMethod } from './set-method.ts';
import { setQueryParameter } from './set-query-parameter.ts';
import { setStatus } from './set-status.ts';
import { setVariable } from './set-variable.ts';
import { trace } from './trace.ts';
import { validateAzureAdToken } from './validate-azure-ad-token.ts';
import { validateContent } from './validate-content.ts';
import { validateJwt } from './validate-jwt.ts';
import { wait } from './wait.ts';

/** Every policy that this gateway executes, by the name of its element. */
export const policies: ReadonlyMap<string, Policy> = new Map(
  [
    authenticationBasic,
    authenticationManagedIdentity,
    base,
    cacheLookup,
    cacheLookupValue,
    cacheRemoveValue,
    cacheStore,
    cacheStoreValue,
    checkHeader,
    choose,
    cors,
    emitMetric,
    findAndReplace,
    forwardRequest,
    includeFragment,
    ipFilter,
    limitConcurrency,
    mockResponse,
    quota,
    quotaByKey,
    rateLimit,
    rateLimitByKey,
    retry,
    returnResponse,
    rewriteUri,
    sendOneWayRequest,
    sendRequest,
    setBackendService,
    setBody,
    setHeader,
    setMethod,
    setQueryParameter,
    setStatus,
    setVariable,
    trace,
    validateAzureAdToken,
    validateContent,
    validateJwt,
    wait,
  ].map((policy) => [policy.name, policy]),
);
