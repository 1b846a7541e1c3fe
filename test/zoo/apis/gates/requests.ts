import { get } from '../../request.ts';

/** The waiting itself needs two requests at a time: `faults.test.ts` sends them. */
export const requests = [get('/waiting', [], { stateful: true }), get('/open/none')];
