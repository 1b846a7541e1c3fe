import { get, withoutClock } from '../request.ts';

/** A PDF carries the time of its making, twice. */
const steady = (text: string): string =>
  withoutClock(text).replace(/(CreationDate|ModDate) \(D:\d{14}\)/g, '$1 (D:<time>)');

export const requests = [get('/pdf', [], { steady }), get('/text'), get('/html'), get('/download-binary')];
