import { createEnvelopes, type Envelope, type Origin } from './envelopes.ts';
import type { Ingest } from './ingestion.ts';
import type { Log } from './parts.ts';
import type { ProbeRound, WarmUp } from './results.ts';
import { spanOf, startSpan, traceOf } from './trace.ts';

/** Tells Application Insights what was found. Never throws: a round counts whether somebody hears of it or not. */
export interface Telemetry {
  probed(rounds: readonly ProbeRound[], parent: string | undefined, log: Log): Promise<void>;
  warmed(warmUps: readonly WarmUp[], parent: string | undefined, log: Log): Promise<void>;
}

/** Where there is no Application Insights: on this machine, unless somebody names one. */
export const noTelemetry: Telemetry = {
  probed: () => Promise.resolve(),
  warmed: () => Promise.resolve(),
};

/**
 * Availability results and a dependency for every call, in its own trace, so that the portal shows it with what the gateway
 * tells of it; and metrics. Names are those that infra/observability/alerts.ts asks for.
 *
 * @param gateway where the calls went, for the map of the application
 */
export function createTelemetry(origin: Origin, gateway: string, ingest: Ingest): Telemetry {
  const envelopes = createEnvelopes(origin);
  const target = new URL(gateway).host;
  const send = async (items: readonly Envelope[], log: Log) => {
    if (items.length === 0) return;
    try {
      await ingest(items);
    } catch (error) {
      log.warn(`Application Insights did not take ${items.length} items: ${(error as Error).message}`);
    }
  };

  const ofRound = (round: ProbeRound, parent: string | undefined): Envelope[] => {
    const { channel, service, release, at, reason, certificate } = round;
    const about = { channel, service, release };
    const own = startSpan(parent);
    const trace = traceOf(own);
    const whole = { at, trace, parent: spanOf(parent) };
    return [
      ...(reason === undefined
        ? []
        : [
            envelopes.availability({
              ...whole,
              ...{ id: spanOf(own)!, name: `${channel}/round`, success: false, duration: 0 },
              message: reason,
              properties: about,
            }),
          ]),
      ...round.probes.flatMap((probe) => {
        const operation = { at: probe.at, trace: probe.trace, parent: spanOf(parent) };
        const properties = {
          ...about,
          ...{ probe: probe.probe, answeredBy: probe.answeredBy, attempts: probe.attempts, status: probe.status },
        };
        const { ok: success, latency: duration } = probe;
        return [
          envelopes.availability({
            ...operation,
            ...{ id: probe.span, name: `${channel}/${probe.probe}`, success, duration, properties },
            message: probe.reason ?? 'passed',
          }),
          envelopes.dependency({
            ...operation,
            ...{ id: probe.span, name: `probe ${probe.probe}`, target, status: probe.status, success, duration },
            properties,
          }),
          envelopes.metric({ ...operation, name: 'penstock_probe_latency_ms', value: duration, properties }),
        ];
      }),
      ...round.door.map((door) =>
        envelopes.availability({
          ...{ at: door.at, trace: door.trace, parent: spanOf(parent) },
          ...{ id: spanOf(startSpan())!, name: `${channel}/door/${door.check}` },
          ...{ success: door.ok, duration: door.latency, message: door.reason ?? 'refused' },
          properties: { ...about, check: door.check, open: door.open, status: door.status },
        }),
      ),
      ...(certificate === undefined
        ? []
        : [
            envelopes.metric({
              ...whole,
              ...{ name: 'penstock_certificate_days', value: certificate.daysLeft, properties: { gateway: target } },
            }),
          ]),
    ];
  };

  const ofWarmUp = ({ channel, release, at, ok, duration, fleet }: WarmUp, parent: string | undefined): Envelope[] => {
    const whole = { at, trace: traceOf(startSpan(parent)), parent: spanOf(parent) };
    const properties = { channel, release, ok };
    return [
      envelopes.metric({ ...whole, name: 'penstock_warm_up_ms', value: duration, properties }),
      ...(fleet === undefined
        ? []
        : [envelopes.metric({ ...whole, name: 'penstock_stuck_replicas', value: fleet.stuck.length, properties })]),
    ];
  };

  return {
    probed: (rounds, parent, log) =>
      send(
        rounds.flatMap((round) => ofRound(round, parent)),
        log,
      ),
    warmed: (warmUps, parent, log) =>
      send(
        warmUps.flatMap((warmUp) => ofWarmUp(warmUp, parent)),
        log,
      ),
  };
}
