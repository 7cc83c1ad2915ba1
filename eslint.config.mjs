// Lint rules for our own JavaScript: mistakes, not taste.
const shared = {
  'no-undef': 'off', // tsc knows the globals of page, worker and service worker
  'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
  'no-var': 'error',
  'prefer-const': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-console': 'error',
  'no-debugger': 'error',
  'max-lines': ['error', { max: 400 }],
};

export default [
  { ignores: ['static/vendor/**', 'node_modules/**', 'static/engine/crypto/words/**'] },
  { files: ['static/**/*.js', 'service_worker/**/*.js'], rules: shared },
  { files: ['static/*.mjs', 'tests/**/*.mjs', 'bench/**/*.mjs'], rules: { ...shared, 'no-console': 'off' } },
];
