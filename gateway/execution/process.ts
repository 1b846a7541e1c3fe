import type { ServerResponse } from 'node:http';
import { Headers } from '../headers.ts';
import { admit, type Gates } from './admission.ts';
import { Body } from './body.ts';
import type { Exchange } from './exchange.ts';
import { expressionFault, Fault } from './fault.ts';
import { Response } from './messages.ts';
import { respond } from './respond.ts';

/** Takes a call through the sections and sends the answer. Never fails: whatever breaks is an answer, too. */
export async function processCall(exchange: Exchange, gates: Gates, response: ServerResponse): Promise<void> {
  try {
    admit(exchange, gates);
    for (const section of ['inbound', 'backend', 'outbound'] as const) {
      if (exchange.finished) break;
      await exchange.plan.run(section, exchange);
    }
    if (exchange.fromCache) {
      exchange.finished = false;
      await exchange.plan.run('outbound', exchange);
    }
  } catch (error) {
    await fail(exchange, error);
  }
  try {
    await exchange.settle();
  } catch (error) {
    answerFault(exchange, asFault(error));
  }
  respond(exchange, response);
}

/** The on-error section sees the error's answer and may change it; when it fails itself, that failure is told. */
async function fail(exchange: Exchange, error: unknown): Promise<void> {
  if (exchange.gone) return;
  answerFault(exchange, asFault(error));
  exchange.finished = false;
  try {
    await exchange.plan.run('on-error', exchange);
  } catch (second) {
    answerFault(exchange, asFault(second));
  }
}

function asFault(error: unknown): Fault {
  return error instanceof Fault ? error : expressionFault(error);
}

function answerFault(exchange: Exchange, fault: Fault): void {
  const { details, lastError } = fault;
  exchange.LastError = lastError;
  if (details.internal) {
    const { Source: source, Reason: reason, Message: message, Section: section, Scope: scope } = lastError;
    const fields = { requestId: exchange.RequestId, source, reason, section, scope, api: exchange.Api.Id };
    exchange.runtime.logger.error(fields, message);
  }
  if (details.keepResponse) return;
  const headers = new Headers(['Content-Type', 'application/json', ...(details.headers ?? []).flat()]);
  const body = Body.of(Buffer.from(fault.body(exchange.RequestId)), headers);
  exchange.replaceResponse(new Response(details.status, undefined, headers, body));
}
