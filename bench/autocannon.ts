import autocannon from 'autocannon';
import { readFile } from 'node:fs/promises';

/** The load generator for machines without wrk: `node autocannon.ts URL BODIES CONNECTIONS SECONDS` prints JSON. */
const [url = '', bodiesFile = '', connections = '1', seconds = '1'] = process.argv.slice(2);
const bodies = (await readFile(bodiesFile, 'utf8')).trim().split('\n');

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  timeout: 30,
  requests: bodies.map((body) => ({
    method: 'POST' as const,
    path: '/score',
    headers: { 'content-type': 'application/json' },
    body,
  })),
});
const { p50, p90, p99 } = result.latency;
const rate = result['2xx'] / result.duration;
process.stdout.write(`${JSON.stringify({ rate, p50, p90, p99, errors: result.errors + result.non2xx })}\n`);
