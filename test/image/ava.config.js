export default {
  files: ['test/image/**/*.image.ts'],
  extensions: { ts: 'module' },
  timeout: '10m',
  workerThreads: false,
  // Each test runs containers with the machine's cores.
  concurrency: 2,
};
