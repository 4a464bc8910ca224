import type { FleetRole } from '../control-store/records.ts';
import type { MemberId } from '../routing/ids.ts';

export interface FleetIdentity {
  readonly memberId: MemberId;
  /** Where the rest of the fleet reaches this member. */
  readonly advertisedHost: string;
}

interface Configured {
  readonly memberId?: MemberId | undefined;
  readonly host: string;
  readonly advertisedHost?: string | undefined;
  readonly taskMetadataUri?: string | undefined;
}

/** This fleet member's id or address is neither configured nor known from ECS. */
export class FleetIdentityError extends Error {
  override readonly name = 'FleetIdentityError';
  readonly code = 'FLEET_IDENTITY_UNKNOWN';
  readonly mend =
    'Set HEADWATER_MEMBER_ID, and also HEADWATER_ADVERTISED_HOST if HEADWATER_HOST is a wildcard address.';
}

const everyAddress = new Set(['0.0.0.0', '::']);

/**
 * Determines this member's id and address: as configured, otherwise from the ECS task it runs in (`encoder-` plus the start of
 * the task id; the task's address in the VPC), otherwise the single address it listens on. Throws `FleetIdentityError`.
 */
export async function identified<Config extends Configured>(
  role: FleetRole,
  config: Config,
): Promise<Config & FleetIdentity> {
  const listensOn = everyAddress.has(config.host) ? undefined : config.host;
  let memberId = config.memberId;
  let advertisedHost = config.advertisedHost ?? listensOn;
  if (config.taskMetadataUri !== undefined && (memberId === undefined || advertisedHost === undefined)) {
    const { describeEcsTask } = await import('./aws/ecs-task.ts');
    const task = await describeEcsTask(config.taskMetadataUri);
    memberId ??= `${role}-${task.taskId.slice(0, 12)}` as MemberId;
    advertisedHost ??= task.address;
  }
  if (memberId === undefined) throw new FleetIdentityError('This fleet member has no id.');
  if (advertisedHost === undefined) {
    throw new FleetIdentityError(
      `${memberId} has no address to advertise: it listens on a wildcard address.`,
    );
  }
  return { ...config, memberId, advertisedHost };
}
