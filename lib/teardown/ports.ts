import type { Step } from './policy/plan.ts';
import type { RegionState } from './policy/region-state.ts';

/** A region in an AWS account. Throws `AccountError` if AWS does not answer or refuses. */
export interface RegionAccount {
  /** Changes nothing. */
  read(): Promise<RegionState>;
  /**
   * Resolves when the step is done, including what AWS does in the background. May be repeated. `progress` receives what it waits
   * for, each time that changes. Destroying a stack resolves even if CloudFormation could not delete it; `read` then says why.
   */
  perform(step: Step, progress: (words: string) => void): Promise<void>;
}

/** AWS did not answer, or refused; the message says which call failed and what to do. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code = 'AWS_ACCOUNT_UNUSABLE';
}
