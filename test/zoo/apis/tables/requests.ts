import { get, post, postParts } from '../../request.ts';

export const needs = ['readr', 'yaml'];

const csv = 'id,name,score\n1,a,0.5\n2,"ü, quoted",\n';
const tsv = csv.replaceAll(',', '\t');
const yaml = 'a: 1\nb:\n  - x\n  - true\nc: {d: "ü"}\n';

export const requests = [
  get('/csv'),
  get('/csv-typed'),
  get('/tsv'),
  get('/attachment'),
  get('/yaml'),
  post('/csv', 'text/csv', csv),
  post('/csv', 'text/csv', csv.replaceAll('\n', '\r\n')),
  post('/csv', 'application/csv', csv),
  post('/csv', 'text/csv', ''),
  post('/csv', 'text/csv', 'id\n'),
  post('/csv', 'text/plain', csv),
  post('/tsv', 'text/tab-separated-values', tsv),
  post('/tsv', 'application/tab-separated-values', tsv),
  post('/yaml', 'text/yaml', yaml),
  post('/yaml', 'application/x-yaml', yaml),
  post('/yaml', 'text/yaml', 'a: [1'),
  postParts('/multi', [
    { name: 'table', filename: 't.csv', type: 'text/csv', body: csv },
    { name: 'config', filename: 'c.yaml', type: 'text/yaml', body: yaml },
  ]),
];
