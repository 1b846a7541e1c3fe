import { define } from '../type.ts';

const names = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8'];

for (let count = 0; count <= names.length; count++) {
  const parameters = names.slice(0, count);
  define({
    name: 'Func',
    namespace: 'System',
    kind: 'delegate',
    base: 'object',
    parameters: [...parameters, 'TResult'],
  });
  define({ name: 'Action', namespace: 'System', kind: 'delegate', base: 'object', parameters });
}

define({ name: 'Predicate', namespace: 'System', kind: 'delegate', base: 'object', parameters: ['T'] });
define({ name: 'Comparison', namespace: 'System', kind: 'delegate', base: 'object', parameters: ['T'] });
define({ name: 'Converter', namespace: 'System', kind: 'delegate', base: 'object', parameters: ['TInput', 'TOutput'] });
