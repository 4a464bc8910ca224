import type { Refusal, WorkerRefusalReason } from '../../protocol/refusals.ts';
import type { MemberId } from '../../routing/ids.ts';

/** Why a worker did not take a stream. */
export interface WorkerAnswer {
  /** Left out if it didn't answer. */
  readonly reason?: WorkerRefusalReason | undefined;
  readonly words: string;
}

const maxNamed = 5;

/** Why no worker took a stream: the reason that they all gave; `detail` is what each said last. */
export function routeRefusal(answers: ReadonlyMap<MemberId, WorkerAnswer>): Refusal<WorkerRefusalReason> {
  if (answers.size === 0) return { reason: 'unavailable', detail: 'no encoder is running' };
  const reasons = new Set([...answers.values()].map(({ reason }) => reason));
  const [reason = 'unavailable'] = reasons.size === 1 ? reasons : [];
  const said = [...answers].slice(0, maxNamed).map(([worker, { words }]) => saidBy(worker, words));
  const unnamed = answers.size - said.length;
  return { reason, detail: [...said, ...(unnamed > 0 ? [`${unnamed} more`] : [])].join('; ') };
}

/** What a worker answered, for log and journal. */
export const saidBy = (worker: MemberId, words: string): string => `${worker}: ${words.replace(/\.$/, '')}`;
