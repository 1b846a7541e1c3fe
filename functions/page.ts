import type { AgedReport } from '../releases/replicas.ts';
import { silence } from './fleet.ts';
import type { DoorCheck, DoorResult } from './front-door.ts';
import { certificateWarning, type ChannelHealth, type Health } from './health.ts';
import type { Series } from './history.ts';
import { Html, html } from './html.ts';
import { style } from './page-style.ts';
import type { ProbeResult } from './probe.ts';
import type { WarmUp } from './results.ts';
import { described, sparkline } from './sparkline.ts';

/** What a page shows of the past. */
export const shownSpan = 24 * 3_600_000;

/** Byte for byte what the policy's hash is of: no template may reformat it. */
const sheet = new Html(`<style>${style}</style>`);

/** The health as a page for a browser: one document, no script, nothing fetched. */
export function healthPage(health: Health, series: readonly Series[]): string {
  const { status, at, problems, warnings, certificate, channels } = health;
  const now = new Date(at);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Penstock: ${status}</title>
        ${sheet}
      </head>
      <body>
        <main>
          <header>
            <h1>Penstock</h1>
            ${pill(status === 'ok', status === 'ok' ? 'all is well' : 'failing')}
            <span class="soft">${moment(at)}</span>
          </header>
          ${told('bad', 'What fails', problems)} ${told('warn', 'What needs a look', warnings)}
          ${channels.map((channel) => channelSection(channel, series, now))}
          ${
            certificate === undefined
              ? undefined
              : html`<section>
                  <h2>The gateway’s certificate</h2>
                  <p>
                    ${pill(certificate.daysLeft >= certificateWarning, `${certificate.daysLeft} days left`)} until
                    ${moment(certificate.validTo)}
                  </p>
                </section>`
          }
        </main>
      </body>
    </html>`;
  return page.text;
}

function told(kind: 'bad' | 'warn', title: string, sentences: readonly string[]): Html | undefined {
  if (sentences.length === 0) return undefined;
  return html`<div class="told ${kind}" role="${kind === 'bad' ? 'alert' : 'status'}">
    <h2>${title}</h2>
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  </div>`;
}

function channelSection(
  { channel, probes: round, warmUp, replicas }: ChannelHealth,
  series: readonly Series[],
  now: Date,
): Html {
  const release = round?.release ?? warmUp?.release;
  const probes = round?.probes ?? [];
  return html`<section>
    <div class="heading">
      <h2>${channel}</h2>
      ${round === undefined ? pill(false, 'not probed yet') : pill(round.ok, round.ok ? 'answers rightly' : 'fails')}
      ${release === undefined ? undefined : html`<code class="soft">${release}</code>`}
    </div>
    <h3>Probes, the last 24 hours</h3>
    <ul>
      ${probes.length === 0 ? html`<li class="soft">none</li>` : undefined}
      ${probes.map((probe) => probeRow(probe, pointsOf(series, channel, probe.probe), now))}
    </ul>
    ${
      round === undefined || round.door.length === 0
        ? undefined
        : html`<h3>What the gateway must refuse</h3>
            <ul>
              ${round.door.map(doorRow)}
            </ul>`
    }
    <h3>Replicas</h3>
    <ul>
      ${replicas === undefined ? html`<li class="soft">their reports cannot be read</li>` : undefined}
      ${replicas?.length === 0 ? html`<li class="soft">none has reported</li>` : undefined}
      ${replicas?.map((replica) => replicaRow(replica, release))}
    </ul>
    <h3>Last warm-up</h3>
    ${warmUp === undefined ? html`<p class="soft">none yet</p>` : warmUpList(warmUp)}
  </section>`;
}

function probeRow(probe: ProbeResult, points: Series['points'], now: Date): Html {
  const course = described(points);
  return html`<li class="row probe">
    <span>
      <strong>${probe.probe}</strong><br />
      <span class="soft">${probe.reason ?? `${Math.round(probe.latency)} ms`}</span>
    </span>
    <span>${pill(probe.ok, probe.ok ? 'passed' : 'failed')}</span>
    <div class="course">
      ${sparkline(points, { label: `${probe.probe}: ${course}`, now: now.getTime(), span: shownSpan })}
      <span class="soft small">${course}</span>
    </div>
  </li>`;
}

const doorNames: Record<DoorCheck, string> = {
  'no-key': 'a call without a key',
  'wrong-key': 'a call with a wrong key',
  'oversized-body': 'a body over the limit',
};

function doorRow({ check, ok, open, reason }: DoorResult): Html {
  return html`<li class="row">
    <span
      >${doorNames[check]}${reason === undefined ? undefined : html`<br /><span class="soft">${reason}</span>`}</span
    >
    ${pill(ok, ok ? 'refused' : open ? 'open' : 'not refused')}
  </li>`;
}

function replicaRow({ pod, state, release, age, detail }: AgedReport, promoted: string | undefined): Html {
  const isGone = age > silence;
  const isOld = state === 'serving' && promoted !== undefined && release !== promoted;
  const heard = isGone ? `silent for ${ago(age)}` : `reported ${ago(age)} ago`;
  return html`<li class="row">
    <span>
      <strong>${pod}</strong> <code>${release}</code><br />
      <span class="soft">${heard}${detail ? `: ${detail}` : ''}</span>
    </span>
    ${
      isGone
        ? html`<span class="pill warn">gone</span>`
        : pill(state === 'serving' && !isOld, isOld ? 'another release' : state)
    }
  </li>`;
}

function warmUpList({ at, ok, reason, release, files, bytes, fleet, calls, duration }: WarmUp): Html {
  const sent = calls.reduce((total, call) => total + call.sent, 0);
  return html`<dl>
    <dt>when</dt>
    <dd>${moment(at)}, ${(duration / 1000).toFixed(1)} s</dd>
    <dt>outcome</dt>
    <dd>${pill(ok, ok ? 'warm' : 'failed')} ${reason}</dd>
    <dt>release</dt>
    <dd><code>${release ?? 'unknown'}</code></dd>
    <dt>verified</dt>
    <dd>${files} files, ${(bytes / 1024 / 1024).toFixed(1)} MB</dd>
    <dt>replicas</dt>
    <dd>${fleet === undefined ? 'not asked' : `${fleet.serving.length} serve it, ${fleet.stuck.length} do not`}</dd>
    <dt>calls</dt>
    <dd>${sent}</dd>
  </dl>`;
}

function pointsOf(series: readonly Series[], channel: string, probe: string): Series['points'] {
  return series.find((one) => one.channel === channel && one.probe === probe)?.points ?? [];
}

function pill(isGood: boolean, text: string): Html {
  return html`<span class="pill ${isGood ? 'good' : 'bad'}">${text}</span>`;
}

function moment(at: string): Html {
  return html`<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

function ago(age: number): string {
  const seconds = Math.round(age / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
