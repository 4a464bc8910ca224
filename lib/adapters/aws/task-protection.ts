import type { TaskProtection } from '../../encoder/ports.ts';

/** The agent did not do what it was asked; `reason` is its own word for why, for example `TASK_NOT_VALID`. */
export class TaskProtectionError extends Error {
  override readonly name = 'TaskProtectionError';
  readonly code = 'TASK_PROTECTION_REFUSED';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`The ECS agent did not change the task's protection: ${reason}`, options);
    this.reason = reason;
  }
}

/** What the agent answers: `protection` where it was done, else one of the others. */
interface Answer {
  readonly protection?: { readonly ProtectionEnabled?: boolean };
  readonly failure?: { readonly Reason?: string };
  readonly error?: { readonly Code?: string };
}

const timeoutMs = 10_000;

/**
 * Scale-in protection of an ECS task by the agent beside it. `agentUri`: ECS_AGENT_URI. Both methods reject with
 * `TaskProtectionError`. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export function ecsTaskProtection(agentUri: string): TaskProtection {
  const url = `${agentUri.replace(/\/$/, '')}/task-protection/v1/state`;

  async function ask(state: { ProtectionEnabled: boolean; ExpiresInMinutes?: number }): Promise<void> {
    const answer = await put(url, state);
    if (answer.protection?.ProtectionEnabled === state.ProtectionEnabled) return;
    throw new TaskProtectionError(answer.failure?.Reason ?? answer.error?.Code ?? 'no answer that we know');
  }

  return {
    hold: (forMs) => ask({ ProtectionEnabled: true, ExpiresInMinutes: Math.ceil(forMs / 60_000) }),
    release: () => ask({ ProtectionEnabled: false }),
  };
}

/** Faults come with an HTTP status of their own, but say in the body what they are. */
async function put(url: string, body: object): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = await response.json();
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch (cause) {
    throw new TaskProtectionError('it did not answer', { cause });
  }
}
