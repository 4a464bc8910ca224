import { join } from 'node:path';

// Programs started by tests reuse compiled code from the second start on, which halves a platform's start-up time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node-compile-cache');

/** Packages that a Jest worker loads once instead of once per test file (testkit/jest/load-once.cjs). */
const loadedOnce = '(aws-cdk-lib|cdk-nag|constructs)';

const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/testkit/jest/load-once-environment.cjs',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '\\.tsx?$': '<rootDir>/testkit/jest/strip-types.cjs',
    [`/node_modules/${loadedOnce}/.+\\.js$`]: '<rootDir>/testkit/jest/load-once.cjs',
  },
  transformIgnorePatterns: [`/node_modules/(?!${loadedOnce}/)`],
  modulePathIgnorePatterns: ['<rootDir>/.headwater'],
};

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      setupFiles: ['<rootDir>/testkit/jest/seed-properties.ts'],
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/system/', '<rootDir>/test/images/', '/infra/'],
    },
    {
      ...shared,
      displayName: 'infra',
      testMatch: ['<rootDir>/test/**/infra/**/*.test.ts'],
    },
    { ...shared, displayName: 'system', testMatch: ['<rootDir>/test/system/**/*.test.ts'] },
    { ...shared, displayName: 'images', testMatch: ['<rootDir>/test/images/**/*.test.ts'] },
  ],
  // By default Jest leaves one CPU idle, which would be half of two.
  maxWorkers: '100%',
  testTimeout: 120_000,
};
