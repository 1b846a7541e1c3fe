import { sendCorrelationId, takeCorrelationId } from './correlation.ts';
import { forwardRequest } from './language/backend.ts';
import { policyDocument } from './language/document.ts';

/**
 * What holds for every call: it has a correlation id, which the caller gets back, with an error too. Errors keep API
 * Management's own shape, `{ "statusCode": N, "message": "…" }`, and say nothing of the inside.
 */
export function globalPolicy(): string {
  return policyDocument('global', {
    inbound: [takeCorrelationId, sendCorrelationId],
    backend: [forwardRequest()],
    outbound: [sendCorrelationId],
    onError: [sendCorrelationId],
  });
}
