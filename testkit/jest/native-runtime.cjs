const { readFileSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { transformSync } = require('esbuild');
const { default: Runtime } = require('jest-runtime');

const globalsUrl = pathToFileURL(join(__dirname, 'native-globals.mjs')).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: globalsUrl, shortCircuit: true } : next(specifier, context),
  load(url, context, next) {
    if (!url.endsWith('.tsx')) return next(url, context);
    const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
      loader: 'tsx',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      format: 'esm',
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});

/**
 * Jest's runtime that leaves modules to Node. Jest reads, links and runs every module again for each test file; here, the test files of
 * a worker process share them, as the parts of a program do. In return there are no module mocks, which we don't use.
 */
module.exports = class NativeRuntime extends Runtime {
  constructor(config, environment, resolver, transformer, cacheFS, coverageOptions, testPath, globalConfig) {
    super(config, environment, resolver, transformer, cacheFS, coverageOptions, testPath, globalConfig);
    globalThis[Symbol.for('headwater.jest-globals')] = () => this.jestGlobals.cjsGlobals(testPath);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    return import(pathToFileURL(path).href);
  }

  /** Jest's test framework, whose state is that of one test file. */
  requireInternalModule(path) {
    delete require.cache[path];
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    return require(path);
  }

  /** There is no other process object whose modules would have to be ours. */
  installGetBuiltinModule() {}
};
