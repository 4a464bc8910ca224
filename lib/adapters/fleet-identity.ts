import type { FleetRole } from '../control-store/records.ts';
import type { MemberId } from '../routing/ids.ts';

export interface FleetIdentity {
  readonly memberId: MemberId;
  /** Where the rest of the fleet reaches this member. */
  readonly advertisedHost: string;
}

interface Told {
  readonly memberId?: MemberId | undefined;
  readonly host: string;
  readonly advertisedHost?: string | undefined;
  readonly taskMetadataUri?: string | undefined;
}

/** Nobody said who this member of the fleet is, or where it is reached. */
export class FleetIdentityError extends Error {
  override readonly name = 'FleetIdentityError';
  readonly code = 'FLEET_IDENTITY_UNKNOWN';
  readonly mend =
    'Set HEADWATER_MEMBER_ID, and HEADWATER_ADVERTISED_HOST where HEADWATER_HOST is every address.';
}

const everyAddress = new Set(['0.0.0.0', '::']);

/**
 * Fills in who this member is and where it is reached: as told, else as the ECS task that it runs in (`encoder-` and the
 * start of the task's id; the task's address in the VPC), else the one address that it listens on. Throws
 * `FleetIdentityError`.
 */
export async function identified<Config extends Told>(
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
  if (memberId === undefined) throw new FleetIdentityError('This member of the fleet has no name.');
  if (advertisedHost === undefined) {
    throw new FleetIdentityError(`Nobody can reach ${memberId}: it listens on every address and knows none.`);
  }
  return { ...config, memberId, advertisedHost };
}
