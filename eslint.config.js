import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The folders of the tree and what each may import: arrows point one way (docs/architecture.md). */
const mayImport = {
  service: [],
  releases: ['service'],
  gateway: [],
  policies: ['service'],
  functions: ['service', 'releases'],
  'plumber-app': ['service', 'releases'],
  infra: ['policies', 'service'],
};
const folders = [
  'service',
  'releases',
  'gateway',
  'policies',
  'functions',
  'plumber-app',
  'infra',
  'cli',
  'bench',
  'test',
];

const boundaries = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${folders.filter((other) => other !== folder && !allowed.includes(other)).join('|')})/`,
            message: `${folder}/ may import ${allowed.length > 0 ? allowed.join(', ') : 'none of the other folders'} only.`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist', 'cdktf.out', '.penstock', 'node_modules'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Node.js strips types and leaves `import {}` otherwise: the module is loaded, and all that it imports.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      eqeqeq: ['error', 'smart'],
      'no-console': 'error',
    },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: globals.node } },
  ...boundaries,
  prettier,
);
