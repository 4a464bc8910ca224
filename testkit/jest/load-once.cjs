const code = 'module.exports = globalThis.loadOnce(__filename);';

/**
 * Jest transform for large packages without state that a test could see. Jest reads, compiles and runs every file of a
 * package anew in each test file, and `import` asks for all of them: of the CDK that takes 6 s. With this each worker process
 * loads it once, as Node does, and its test files share it.
 */
module.exports = { process: () => ({ code }), getCacheKey: () => code };
