const { TestEnvironment } = require('jest-environment-node');

/** Jest's Node environment, with a way around its module registry for load-once.cjs. */
module.exports = class LoadOnceEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global.loadOnce = require;
  }
};
