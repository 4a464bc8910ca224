import { type PlanRequest, planTeardown, type Step } from './policy/plan.ts';
import type { RegionState } from './policy/region-state.ts';
import { keptWords, stepWords } from './policy/words.ts';
import type { RegionAccount } from './ports.ts';

/** The region is not taken down; the message says why and what to do. */
export class TeardownError extends Error {
  override readonly name = 'TeardownError';
  readonly code = 'TEARDOWN_STOPPED';
}

export interface TeardownOptions extends PlanRequest {
  /** Do it; otherwise only say what would be done. */
  readonly act: boolean;
  /** Receives a line for people. */
  readonly say: (line: string) => void;
}

/** What a deletion may leave behind is often gone a moment later; a second try deletes it. */
const mostTries = 3;

/**
 * Takes a region down, or says how. Returns whether there are steps still to be done. Throws `TeardownError`, and whatever the
 * account throws.
 */
export async function tearDown(
  account: RegionAccount,
  { act, say, ...request }: TeardownOptions,
): Promise<boolean> {
  let state = await account.read();
  for (let tries = 1; ; tries += 1) {
    const plan = planTeardown(state, request);
    if ('refused' in plan) throw new TeardownError(plan.refused);
    if (!state.stack) say('There is no such stack: it was never deployed, or is already deleted.');
    sayFailures(state, say);
    for (const [index, step] of plan.steps.entries()) sayStep(index + 1, step, say);
    for (const kept of plan.kept)
      say(`Stays, and keeps costing money until you delete it: ${keptWords(kept)}`);
    if (!act || plan.steps.length === 0) return plan.steps.length > 0;
    for (const [index, step] of plan.steps.entries()) {
      say(`[${index + 1}/${plan.steps.length}] ${stepWords(step).what}`);
      await account.perform(step, (words) => say(`    ${words}`));
    }
    state = await account.read();
    if (!state.stack) return false;
    if (tries === mostTries) {
      sayFailures(state, say);
      throw new TeardownError(
        `${state.stack.name} is still there after ${mostTries} tries (${state.stack.status}). Remove what is named above, then run the command again.`,
      );
    }
  }
}

function sayStep(number: number, step: Step, say: (line: string) => void): void {
  const { what, why } = stepWords(step);
  say(`${number}. ${what}`);
  say(`   ${why}`);
}

function sayFailures({ stack }: RegionState, say: (line: string) => void): void {
  for (const { resource, reason } of stack?.failures ?? [])
    say(`Could not be deleted: ${resource}: ${reason}`);
}
