const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest's Node environment without a global object of its own: test files run as Node runs them (native-runtime.cjs), and what one of
 * them leaves behind in the process is put back for the next one.
 */
module.exports = class NativeEnvironment extends TestEnvironment {
  #env = { ...process.env };
  #exit = process.exit;
  #exitCode = process.exitCode;
  #console = console;

  constructor(config, context) {
    super(config, context);
    const { projectConfig } = config;
    const { moduleMocker, fakeTimersModern } = this;
    this.global = globalThis;
    this.moduleMocker = new moduleMocker.constructor(globalThis);
    this.fakeTimersModern = new fakeTimersModern.constructor({ config: projectConfig, global: globalThis });
  }

  async teardown() {
    await super.teardown();
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
    process.exit = this.#exit;
    process.exitCode = this.#exitCode;
    globalThis.console = this.#console;
  }
};
