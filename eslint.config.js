import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** The import table of the style guide, row by row; a folder may import what is not listed here as forbidden. */
const pureOnly = [
  'zod',
  'temporal-polyfill',
  'libphonenumber-js',
  're2js',
  '@noble/hashes',
  'jsonc-parser',
  'csv-parse/sync',
];
const anyPackageBut = (allowed) =>
  `^(?!\\.)(?!(${allowed.map((name) => name.replace('/', '\\/')).join('|')})(\\/|$)).+`;
const folder = (name) => `(^|\\/)\\.\\.?\\/(.*\\/)?${name}\\/`;

const forbid = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map(([regex, message]) => ({ regex, message })) }],
});
const aws = ['^@aws-sdk\\/|^@smithy\\/', 'The AWS SDK lives in functions/aws/ alone.'];
const noLocal = [folder('local'), 'local/ is one of two homes: nothing shared may import it.'];
const noLib = [folder('lib') + '|^aws-cdk-lib|^constructs', 'CDK lives in lib/ alone.'];

const useCases = readdirSync(new URL('functions', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['aws', 'parts'].includes(entry.name))
  .map((entry) => entry.name);
const noUseCases = [
  folder(`(${useCases.join('|')})`),
  'The ports know no use case: a handler brings the two together.',
];

const noEdges = [
  'error',
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Time is an argument.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is an argument.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Chance is a hash of ids.' },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: 'Time is an argument.' },
];
const noClock = { 'no-restricted-syntax': noEdges };

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'cdk.out', '.cache', 'coverage', 'bench/results'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: {
      ...forbid(
        ['^node:', 'core/ is pure: no Node.'],
        [anyPackageBut(pureOnly), 'core/ may use only the pure packages that the style guide names.'],
        [folder('(functions|local|lib|cli|console)'), 'core/ imports core/ alone.'],
      ),
      ...noClock,
      'no-restricted-globals': [
        'error',
        'process',
        'fetch',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'console',
        'Buffer',
        'crypto',
      ],
    },
  },
  {
    files: ['functions/*/*.ts'],
    ignores: ['functions/parts/**', 'functions/aws/**', '**/*.lambda.ts'],
    rules: {
      ...forbid(
        ['^(?!\\.)', 'A use case imports core/ and functions/api alone.'],
        [
          '^\\.\\.?\\/(?!\\.\\.\\/core\\/|api\\.ts$)',
          'A use case imports core/ and functions/api, never another use case.',
        ],
        noLocal,
      ),
      ...noClock,
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'],
    },
  },
  {
    files: ['functions/parts/**/*.ts'],
    rules: { ...forbid(aws, noLocal, noLib, [folder('aws'), 'parts are shared by both homes.']), ...noClock },
  },
  { files: ['functions/aws/**/*.ts'], rules: forbid(noLocal, noLib, noUseCases) },
  { files: ['local/**/*.ts'], rules: forbid(aws, noLib, [folder('aws'), 'local/ never imports functions/aws/.']) },
  {
    files: ['cli/**/*.ts'],
    ignores: ['cli/aws/**'],
    rules: forbid(aws, noLib, [folder('functions\\/aws'), 'Only cli/aws/ reaches AWS.']),
  },
  {
    files: ['lib/**/*.ts'],
    rules: forbid(
      ['^@aws-sdk\\/', 'lib/ deploys; it does not call AWS.'],
      noLocal,
      [
        '^\\.\\.\\/core\\/(?!journey\\/|definitions\\.ts$|json\\.ts$|suggest\\.ts$)',
        'Of core/, lib/ imports the compiler of journeys, what it needs, and guesses at misspelt names.',
      ],
      [
        '^\\.\\.\\/functions\\/(?!env\\.ts$|parts\\/read-workflows\\.ts$)',
        'Of functions/, lib/ imports the names of variables and the reader of workflows.',
      ],
    ),
  },
  { files: ['examples/**/*.ts', 'local/**/*.ts'], ignores: ['local/clock.ts'], rules: noClock },
  {
    files: ['eslint.config.js', 'vitest*.config.ts', 'test/asl-validator.d.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
