import type { LastError } from '../context.ts';

/** Where a policy stands: what `context.LastError` says beside the reason. */
export interface Place {
  readonly source: string;
  readonly scope: LastError['Scope'];
  readonly section: LastError['Section'];
  readonly path: LastError['Path'];
  readonly policyId: LastError['PolicyId'];
}

export interface FaultDetails {
  readonly status: number;
  readonly reason: string;
  /** What the caller reads in the body. */
  readonly message: string;
  /** What `context.LastError.Message` says, where the two differ. */
  readonly detail?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** The built-in step that failed, where it was no policy. */
  readonly source?: string;
  /** An error of the gateway's own, told with the request's id. */
  readonly internal?: boolean;
  /** Leave the response as it is: the backend's own error status was the failure. */
  readonly keepResponse?: boolean;
}

/**
 * Ends normal processing: the on-error section runs, then the caller gets this status and body. Reasons and messages are
 * those of https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies.
 */
export class Fault extends Error {
  readonly details: FaultDetails;
  /** Set where the fault passes the policy that caused it. */
  place: Place | undefined;

  constructor(details: FaultDetails) {
    super(details.detail ?? details.message);
    this.details = details;
  }

  get lastError(): LastError {
    return {
      Source: this.details.source ?? this.place?.source ?? 'configuration',
      Reason: this.details.reason,
      Message: this.message,
      Scope: this.place?.scope ?? null,
      Section: this.place?.section ?? null,
      Path: this.place?.path ?? null,
      PolicyId: this.place?.policyId ?? null,
    };
  }

  /** API Management's own bytes, spaces included. */
  body(activityId: string): string {
    const { status, message, internal } = this.details;
    const activity = internal ? `, "activityId": ${JSON.stringify(activityId)}` : '';
    return `{ "statusCode": ${status}, "message": ${JSON.stringify(message)}${activity} }`;
  }
}

/** Something broke that is not the caller's fault: 500, with the reason for on-error and the log only. */
export function internalFault(reason: string, detail: string, source?: string): Fault {
  return new Fault({ status: 500, internal: true, message: 'Internal server error', reason, detail, source });
}

export function expressionFault(error: unknown): Fault {
  const detail = `Expression evaluation failed. ${error instanceof Error ? error.message : String(error)}`;
  return internalFault('ExpressionValueEvaluationFailure', detail);
}
