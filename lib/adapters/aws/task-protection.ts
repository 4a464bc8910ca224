import type { TaskProtection } from '../../encoder/ports.ts';

/** The agent refused or failed to change the protection; `reason` is its own code, for example `TASK_NOT_VALID`. */
export class TaskProtectionError extends Error {
  override readonly name = 'TaskProtectionError';
  readonly code = 'TASK_PROTECTION_REFUSED';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`The ECS agent did not change the task's protection: ${reason}`, options);
    this.reason = reason;
  }
}

/** The agent's response: `protection` on success, otherwise one of the others. */
interface Answer {
  readonly protection?: { readonly ProtectionEnabled?: boolean };
  readonly failure?: { readonly Reason?: string };
  readonly error?: { readonly Code?: string };
}

const timeoutMs = 10_000;

/**
 * Scale-in protection of an ECS task through the ECS agent. `agentUri`: ECS_AGENT_URI. Both methods reject with
 * `TaskProtectionError`. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export function ecsTaskProtection(agentUri: string): TaskProtection {
  const url = `${agentUri.replace(/\/$/, '')}/task-protection/v1/state`;

  async function ask(state: { ProtectionEnabled: boolean; ExpiresInMinutes?: number }): Promise<void> {
    const answer = await put(url, state);
    if (answer.protection?.ProtectionEnabled === state.ProtectionEnabled) return;
    throw new TaskProtectionError(answer.failure?.Reason ?? answer.error?.Code ?? 'unknown response');
  }

  return {
    hold: (forMs) => ask({ ProtectionEnabled: true, ExpiresInMinutes: Math.ceil(forMs / 60_000) }),
    release: () => ask({ ProtectionEnabled: false }),
  };
}

/** Errors have their own HTTP status, but the body says what they are. */
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
    throw new TaskProtectionError('the agent did not respond', { cause });
  }
}
