import { z } from 'zod';
import type { RetryPolicy } from '../../retry/policy/backoff.ts';
import { retry } from '../../retry/retry.ts';

/** The ECS task that this program runs in. */
export interface EcsTask {
  /** The last part of its ARN, 32 characters. */
  readonly taskId: string;
  /** Its address in the VPC; undefined if the task has no network interface of its own. */
  readonly address: string | undefined;
}

/** The task metadata endpoint did not respond, or gave an invalid response. */
export class EcsTaskUnknownError extends Error {
  override readonly name = 'EcsTaskUnknownError';
  readonly code = 'ECS_TASK_UNKNOWN';
  readonly mend = 'Set HEADWATER_MEMBER_ID and HEADWATER_ADVERTISED_HOST, or let ECS restart the task.';
}

const answerSchema = z.object({
  TaskARN: z.string().regex(/\/[0-9A-Za-z]{8,64}$/),
  Containers: z
    .array(
      z.object({ Networks: z.array(z.object({ IPv4Addresses: z.array(z.ipv4()).default([]) })).default([]) }),
    )
    .default([]),
});

const untilReady: RetryPolicy = { firstMs: 250, longestMs: 1_000, jitter: 0.25, tries: 4 };
const answerWithinMs = 2_000;

/** Queries the task metadata endpoint (version 4), with retries in case it is not ready yet. Throws `EcsTaskUnknownError`. */
export async function describeEcsTask(metadataUri: string, policy = untilReady): Promise<EcsTask> {
  try {
    return await retry(() => ask(metadataUri), policy, { again: () => true });
  } catch (cause) {
    throw new EcsTaskUnknownError('The task metadata endpoint did not describe this task.', { cause });
  }
}

async function ask(metadataUri: string): Promise<EcsTask> {
  const answer = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(answerWithinMs) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const { TaskARN, Containers } = answerSchema.parse(await answer.json());
  // All containers of a task share its network interface.
  const [address] = Containers.flatMap(({ Networks }) => Networks).flatMap((one) => one.IPv4Addresses);
  return { taskId: TaskARN.slice(TaskARN.lastIndexOf('/') + 1), address };
}
