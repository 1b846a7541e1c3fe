import { pino } from 'pino';
import { startFunctionsHost } from '../../../cli/functions-host/start.ts';

/** Runs a functions host on the app that is named, and tells when it is up. */
await startFunctionsHost({
  appDir: process.argv[2] ?? '',
  settings: {},
  logger: pino({ level: 'silent' }),
});
process.send?.('up');
