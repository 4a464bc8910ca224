const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '\\.tsx?$': '<rootDir>/test/support/strip-types.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/.headwater'],
};

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
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
  testTimeout: 120_000,
};
