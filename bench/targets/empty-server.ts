import { createServer } from 'node:http';

/** Reads each request to its end and answers with what the Boston service answers: `node empty-server.ts PORT`. */
const answer = '[27.3841]';
createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
