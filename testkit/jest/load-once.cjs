const code = 'module.exports = globalThis.loadOnce(__filename);';

/**
 * Jest transform for large packages without state visible to tests. Jest reads, compiles and runs every file of a package again
 * in each test file, and `import` loads all of them, which takes 6 s for the CDK. With this transform, each worker process loads
 * the package once, as Node does, and its test files share it.
 */
module.exports = { process: () => ({ code }), getCacheKey: () => code };
