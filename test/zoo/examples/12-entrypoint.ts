import { get } from '../request.ts';

const steady = (text: string): string => text.replace(/cookieName=[^;\n]+/g, 'cookieName=<sealed>');

export const requests = [
  get('/counter', [], { jar: true, steady }),
  get('/counter', [], { jar: true, steady }),
  get('/counter', [], { jar: true, steady }),
  get('/counter', [], { steady }),
  get('/counter', [['Cookie', 'cookieName=%00%ff']], { steady }),
];
