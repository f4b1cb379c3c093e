// ESLint with typescript-eslint's strict rules, which know the types.
import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** Names that scripts without types may use. */
const names = (...list) => Object.fromEntries(list.map((name) => [name, 'readonly']))
const both = ['console', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'setTimeout', 'clearTimeout', 'fetch', 'performance', 'structuredClone', 'globalThis', 'queueMicrotask', 'Blob', 'WebAssembly']

export default tseslint.config(
  // types/ follows the vendors' typings, `any` and all, and its tests must or must not compile: tsc judges those.
  // vendor/ is other people's code, unchanged. build.d.ts belongs to all configurations and so to none; tsc reads it with each of them.
  { ignores: ['**/node_modules/', 'types/', 'vendor/', 'build.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A number in a text is no mistake.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      // `() => void f()` says less than `() => f()`.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // node:test's functions return promises that the runner awaits.
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'] }] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      // No text becomes code or markup anywhere: pages run under a strict content security policy.
      'no-eval': 'error',
      'no-restricted-properties': ['error', ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'Build elements; markup from data is not allowed.' }))],
      eqeqeq: 'error',
    },
  },
  {
    // Each byte of the shim is loaded by every page.
    files: ['src/**/*.ts'],
    rules: {
      // For an index that the line before has checked, `!` costs nothing and a second check does.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // The platforms make texts of any value, objects included, and so must we.
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  {
    // Plain JavaScript has no types to check.
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    files: ['*.js', 'bench/*.mjs', 'bench/*.js', 'e2e/**/*.js', 'e2e/**/*.mjs'],
    languageOptions: { globals: names(...both, 'process', 'Buffer', 'setInterval', 'clearInterval', 'setImmediate', 'document', 'window', 'location', 'navigator', 'localStorage', 'indexedDB') },
  },
  {
    // Mini-program scripts, unchanged.
    files: ['playground/**/*.js'],
    languageOptions: { sourceType: 'script', globals: names(...both, 'wx', 'my', 'App', 'Page', 'Component', 'getApp', 'getCurrentPages', 'module', 'exports', 'require') },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
)
