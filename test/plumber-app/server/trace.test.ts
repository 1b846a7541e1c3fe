import test from 'ava';
import { traceOf } from '../../../plumber-app/server/trace.ts';
import { api, serve } from '../../support/server.ts';

const id = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${id}-b7ad6b7169203331-01`;

test('a trace is that of a well-formed traceparent, and followed when its state says so', (t) => {
  t.deepEqual(traceOf(['TraceParent', parent]), { id, isFollowed: false });
  t.deepEqual(traceOf(['traceparent', parent, 'tracestate', 'other=2, penstock=1']), { id, isFollowed: true });
  t.deepEqual(traceOf(['traceparent', parent, 'tracestate', 'notpenstock=1']), { id, isFollowed: false });
  t.is(traceOf(['traceparent', 'x']), undefined);
  t.is(traceOf(['tracestate', 'penstock=1']), undefined);
});

test('a followed call leaves a line with its trace, others none', async (t) => {
  const { get, log } = await serve(t, api('wire'));
  await get('/nowhere', { headers: { traceparent: parent } });
  t.false(log.some(({ msg }) => msg === 'answered'));
  await get('/nowhere', { headers: { traceparent: parent, tracestate: 'penstock=1' } });
  t.like(
    log.find(({ msg }) => msg === 'answered'),
    { trace: id, status: 404, method: 'GET' },
  );
});
