import { setHeader, setVariable } from './language/messages.ts';
import { expr } from './language/text.ts';

/** The header that ties a call together, from the caller through the gateway and the scoring server and back. */
export const correlationHeader = 'x-correlation-id';

const variable = 'correlationId';
const wellFormed = '^[A-Za-z0-9._:-]{1,128}$';

/** Takes the caller's id when it is well-formed, so that nothing else gets into logs by it; else the request's own. */
export const takeCorrelationId = setVariable(
  variable,
  expr`System.Text.RegularExpressions.Regex.IsMatch(context.Request.Headers.GetValueOrDefault(${correlationHeader}, ""), ${wellFormed}) ? context.Request.Headers.GetValueOrDefault(${correlationHeader}, "") : context.RequestId.ToString()`,
);

/** Puts the id on the request (inbound) or on the response (outbound). On an early error there is none yet. */
export const sendCorrelationId = setHeader(
  correlationHeader,
  expr`context.Variables.GetValueOrDefault<string>(${variable}, context.RequestId.ToString())`,
);
