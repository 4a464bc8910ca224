import { join } from 'node:path';

// Programs started by tests reuse compiled code from the second start on, which halves a platform's start-up time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node-compile-cache');

const shared = {
  rootDir: import.meta.dirname,
  runtime: '<rootDir>/testkit/jest/native-runtime.cjs',
  testEnvironment: '<rootDir>/testkit/jest/native-environment.cjs',
  transform: {},
  injectGlobals: false,
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
  globalSetup: '<rootDir>/testkit/jest/own-temporary-folder.ts',
  // By default Jest leaves one CPU idle, which would be half of two.
  maxWorkers: '100%',
  testTimeout: 120_000,
};
