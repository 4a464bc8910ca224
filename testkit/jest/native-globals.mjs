// What `@jest/globals` is in test files that Node loads: modules of several test files import it once, so each use goes to the
// test file that is running.
const current = () => globalThis[Symbol.for('headwater.jest-globals')]();

const live = (name) =>
  new Proxy(() => {}, {
    apply: (_target, _this, args) => current()[name](...args),
    get: (_target, key) => current()[name][key],
  });

export const afterAll = live('afterAll');
export const afterEach = live('afterEach');
export const beforeAll = live('beforeAll');
export const beforeEach = live('beforeEach');
export const describe = live('describe');
export const expect = live('expect');
export const it = live('it');
export const jest = live('jest');
export const test = live('test');
