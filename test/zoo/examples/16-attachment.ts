import { get, withoutClock } from '../request.ts';

const steady = withoutClock;

export const requests = [get('/name', [], { steady }), get('/no_name', [], { steady }), get('/inline', [], { steady })];
