import { get, withoutClock } from '../../request.ts';

/** cairo numbers its glyph surfaces over the life of a process; PDF carries the time of its making. */
const steady = (text: string): string =>
  withoutClock(text)
    .replace(/(CreationDate|ModDate) \(D:\d{14}\)/g, '$1 (D:<time>)')
    .replace(/glyph-?\d+-\d+|glyph-\d+/g, 'glyph');

const paths = [
  '/default',
  '/json',
  '/json-digits',
  '/json-pretty',
  '/json-columns',
  '/json-type',
  '/unboxed',
  '/html',
  '/text',
  '/text-vector',
  '/text-type',
  '/content-type',
  '/print',
  '/cat',
  '/format',
  '/null',
  '/octet',
  '/octet-wrong',
  '/rds',
  '/rds-uncompressed',
  '/headers',
  '/png',
  '/png-small',
  '/jpeg',
  '/bmp',
  '/tiff',
  '/device',
  '/device-fails',
  '/png-nothing',
  '/html-frame',
  '/fails',
  '/chosen',
  '/chosen?as=unboxed',
  '/chosen?as=html',
  '/chosen?as=text',
  '/chosen?as=none',
  '/shout',
  '/plain',
];

export const requests = [
  ...paths.map((path) => get(path)),
  get('/svg', [], { steady }),
  get('/svg', [], { steady }),
  get('/pdf', [], { steady }),
  get('/png', [['Accept', 'text/html']]),
  get('/json', [['Accept-Encoding', 'gzip, deflate, br']]),
];
