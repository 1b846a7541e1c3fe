import tests from '../../ava.config.js';

export default { ...tests, files: ['test/zoo/**/*.test.ts'] };
