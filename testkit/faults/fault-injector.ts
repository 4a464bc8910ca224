import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One method or accessor of a class, as `Class.member`. */
export type Step = string;

export interface FaultPlan {
  readonly step: Step;
  /** Throw at this call of the step, counted from 1, and at how many in a row. */
  readonly fromCall: number;
  readonly calls: number;
  /** Whether the step's own work is done when it throws. */
  readonly when: 'before' | 'after';
}

/** Thrown in place of whatever could really go wrong. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

type Member = (this: object, ...args: unknown[]) => unknown;

/**
 * Makes any step of a part of the product throw. Steps are found by reading the classes themselves, so a class or method added
 * later is a step without being listed. What happens inside private methods and plain functions is reached from the steps that
 * call them.
 */
export class FaultInjector {
  readonly #counts = new Map<Step, number>();
  /** Objects that never throw: all that were used before {@link arm}, and those that they make. */
  readonly #spared = new WeakSet<object>();
  #callsBySpared = 0;
  #plan: FaultPlan | undefined;
  #isArmed = false;
  #thrown = 0;

  /** Every exported class of the modules that match, relative to `root`. */
  static async of(root: string, patterns: readonly string[]): Promise<FaultInjector> {
    const injector = new FaultInjector();
    for (const path of globSync([...patterns], { cwd: root }).sort()) {
      const module: Record<string, unknown> = await import(pathToFileURL(join(root, path)).href);
      for (const each of Object.values(module)) {
        if (typeof each !== 'function' || each.prototype === undefined) continue;
        if (!/^class\b/.test(Function.prototype.toString.call(each)) || each.prototype instanceof Error)
          continue;
        injector.#wrap(each.name, each.prototype);
      }
    }
    return injector;
  }

  /** How often a fault was thrown since {@link arm}. */
  get thrown(): number {
    return this.#thrown;
  }

  /** The steps taken since {@link arm} by objects that are not spared, and how often. */
  get counts(): ReadonlyMap<Step, number> {
    return this.#counts;
  }

  /** Until now, objects were spared; from now on, `plan` holds for others. Without a plan, calls are only counted. */
  arm(plan?: FaultPlan): void {
    this.#isArmed = true;
    this.#plan = plan;
    this.#thrown = 0;
    this.#counts.clear();
  }

  /** Nothing throws, and what is used is spared, until the next {@link arm}. */
  disarm(): void {
    this.#isArmed = false;
    this.#plan = undefined;
  }

  #wrap(className: string, prototype: object): void {
    for (const [member, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      const step = `${className}.${member}`;
      const { value, get, set } = property;
      if (member === 'constructor') continue;
      Object.defineProperty(prototype, member, {
        ...property,
        ...(typeof value === 'function' && { value: this.#faulty(step, value) }),
        ...(get && { get: this.#faulty(step, get as Member) }),
        ...(set && { set: this.#faulty(step, set as Member) }),
      });
    }
  }

  #faulty(step: Step, member: Member): Member {
    const injector = this;
    const isAsync = member.constructor.name === 'AsyncFunction';
    return function (this: object, ...args: unknown[]): unknown {
      if (injector.#isSpared(this)) return injector.#callSpared(member, this, args);
      const fault = injector.#called(step);
      if (!fault) return member.apply(this, args);
      if (fault.when === 'after') {
        const done = member.apply(this, args);
        if (!(done instanceof Promise)) throw fault.error;
        return done.then(() => Promise.reject(fault.error));
      }
      if (isAsync) return Promise.reject(fault.error);
      throw fault.error;
    };
  }

  #callSpared(member: Member, owner: object, args: unknown[]): unknown {
    this.#callsBySpared++;
    try {
      return member.apply(owner, args);
    } finally {
      this.#callsBySpared--;
    }
  }

  #isSpared(owner: object): boolean {
    if (this.#isArmed && this.#callsBySpared === 0) return this.#spared.has(owner);
    this.#spared.add(owner);
    return true;
  }

  #called(step: Step): { readonly when: FaultPlan['when']; readonly error: InjectedFault } | undefined {
    const count = (this.#counts.get(step) ?? 0) + 1;
    this.#counts.set(step, count);
    const plan = this.#plan;
    if (plan?.step !== step || count < plan.fromCall || count >= plan.fromCall + plan.calls) return undefined;
    this.#thrown++;
    return {
      when: plan.when,
      error: new InjectedFault(`${step} threw ${plan.when} its work, call ${count}`),
    };
  }
}
