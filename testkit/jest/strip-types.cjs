// Jest transform: runs TypeScript directly, with types replaced by spaces (line numbers stay the same).
const { stripTypeScriptTypes } = require('node:module');
const { createHash } = require('node:crypto');
const { transformSync } = require('esbuild');

module.exports = {
  process(source, path) {
    if (path.endsWith('.tsx')) {
      const { code } = transformSync(source, {
        loader: 'tsx',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        format: 'esm',
      });
      return { code };
    }
    return { code: stripTypeScriptTypes(source) };
  },
  getCacheKey(source, path) {
    return createHash('sha256').update(process.version).update(path).update(source).digest('hex');
  },
};
