import { setTimeout as pause } from 'node:timers/promises';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { channelRoleName, regionStackName } from '../../../config/names.ts';
import type { ManagedEncoder } from '../../../control/managed-channels/ports.ts';
import { broadcastsOf } from '../../../teardown/policy/live-load.ts';
import type { Step } from '../../../teardown/policy/plan.ts';
import type { RegionState } from '../../../teardown/policy/region-state.ts';
import { AccountError, type RegionAccount } from '../../../teardown/ports.ts';
import { openDynamoControlStore } from '../dynamodb/dynamo-control-store.ts';
import { createMediaLiveEncoder } from '../medialive/medialive-encoder.ts';
import { asAccountError } from './account-faults.ts';
import { deleteChannels } from './channel-removal.ts';
import { type EndpointSettings, openClients, type RegionClients } from './clients.ts';
import {
  readCluster,
  readEndpointGroups,
  readFullBuckets,
  readInstanceGroups,
  readLogGroups,
  readNetwork,
  readProtectedBalancers,
  readProtectedTables,
  readSchedules,
} from './region-reader.ts';
import { type DeployedStack, readStack } from './stack-reader.ts';
import {
  closeEntrance,
  deleteInterfaces,
  deleteLogGroups,
  deleteSecurityGroups,
  deleteServices,
  detachAccelerator,
  disableSchedules,
  emptyBucket,
  releaseInstances,
  unprotectBalancer,
} from './step-runner.ts';
import { type Waiting, waitUntilGone } from './waiting.ts';

export interface RegionAccountOptions {
  /** The deployment's name. */
  readonly name: string;
  readonly region: string;
  /** Deletes a stack and resolves when CloudFormation has finished, whether or not it could. */
  readonly destroy: (stackName: string) => Promise<void>;
  /** Overrides for settings that the SDK would take from the environment. */
  readonly client?: EndpointSettings;
  /** The same for Global Accelerator. @default `client` */
  readonly acceleratorClient?: EndpointSettings;
  /** How often to ask what is waited for. @default 10,000 */
  readonly pollMs?: number;
  /** How long to watch heartbeats to tell live workers from dead ones. @default 5,000 */
  readonly heartbeatMs?: number;
}

/** A region in an AWS account. `close` closes its connections. */
export function openRegionAccount(options: RegionAccountOptions): RegionAccount & { close(): void } {
  const { name, region, client, acceleratorClient } = options;
  const clients = openClients(region, client, acceleratorClient);
  const account = new AwsRegionAccount(options, clients);
  const explained = async <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((cause: unknown) => {
      throw asAccountError(cause, region);
    });
  return {
    read: () => explained(account.read(regionStackName(name, region))),
    perform: (step, progress) => explained(account.perform(step, progress)),
    close: () => account.close(),
  };
}

class AwsRegionAccount {
  readonly #options: RegionAccountOptions;
  readonly #clients: RegionClients;
  #stack: DeployedStack | undefined;
  #channels: (ManagedEncoder & { close(): void }) | undefined;

  constructor(options: RegionAccountOptions, clients: RegionClients) {
    this.#options = options;
    this.#clients = clients;
  }

  async read(stackName: string): Promise<RegionState> {
    const { name, region } = this.#options;
    const clients = this.#clients;
    const { Account: account = '' } = await clients.identity.send(new GetCallerIdentityCommand({}));
    const stack = await readStack(clients.stacks, stackName);
    this.#stack = stack;
    const logGroups = await readLogGroups(clients, stackName, name);
    if (!stack) return { ...nothing, account, logGroups };
    const { acceleratorGroups, vpcOriginGroups, unusedInterfaces } = await readNetwork(clients, stack);
    const cluster = await readCluster(clients, stack);
    const managed = (await this.#managedEncoder(stack)?.list()) ?? [];
    return {
      account,
      stack,
      schedules: await readSchedules(clients, stack),
      endpointGroups: await readEndpointGroups(clients, stackName, region),
      broadcasts: await this.#broadcasts(stack),
      channels: managed.filter(({ kind }) => kind === 'channel').length,
      inputs: managed.filter(({ kind }) => kind === 'input').length,
      ...(cluster && { cluster }),
      instanceGroups: await readInstanceGroups(clients, stack),
      protectedBalancers: await readProtectedBalancers(clients, stack),
      fullBuckets: await readFullBuckets(clients, stack),
      protectedTables: await readProtectedTables(clients, stack),
      acceleratorGroups,
      vpcOriginGroups,
      unusedInterfaces,
      logGroups,
      kept: stack.kept,
    };
  }

  async perform(step: Step, progress: (words: string) => void): Promise<void> {
    const clients = this.#clients;
    const waiting: Waiting = { everyMs: this.#options.pollMs ?? 10_000, progress };
    switch (step.kind) {
      case 'disable-schedules':
        return disableSchedules(clients, step.schedules);
      case 'close-entrance':
        return closeEntrance(clients, step.endpointGroups);
      case 'await-broadcasts':
        return this.#awaitBroadcasts(waiting);
      case 'delete-channels': {
        const encoder = this.#stack && this.#managedEncoder(this.#stack);
        return encoder && deleteChannels(encoder, waiting);
      }
      case 'delete-services':
        return deleteServices(clients, step, waiting);
      case 'release-instances':
        return releaseInstances(clients, step.group, waiting);
      case 'detach-accelerator': {
        const interfaces = async () =>
          this.#stack ? (await readNetwork(clients, this.#stack)).acceleratorInterfaces : [];
        return detachAccelerator(clients, step.endpointGroups, interfaces, waiting);
      }
      case 'delete-accelerator-groups':
      case 'delete-vpc-origin-groups':
        return deleteSecurityGroups(clients, step.securityGroups);
      case 'delete-interfaces':
        return deleteInterfaces(clients, step.interfaces);
      case 'unprotect-balancer':
        return unprotectBalancer(clients, step.balancer);
      case 'empty-bucket':
        return emptyBucket(clients, step.bucket, progress);
      case 'destroy-stack':
        return this.#destroy(step.stack);
      case 'delete-log-groups':
        return deleteLogGroups(clients, step.logGroups);
    }
  }

  close(): void {
    this.#channels?.close();
    this.#clients.close();
  }

  async #destroy(stackName: string): Promise<void> {
    await this.#options.destroy(stackName);
    const left = await readStack(this.#clients.stacks, stackName);
    if (left && left.status !== 'DELETE_FAILED')
      throw new AccountError(
        `${stackName} was not deleted (${left.status}). The output of cdk destroy says why; mend that, then run the command again.`,
      );
  }

  async #awaitBroadcasts(waiting: Waiting): Promise<void> {
    await waitUntilGone(async () => {
      const broadcasts = this.#stack ? await this.#broadcasts(this.#stack) : 0;
      return broadcasts === 0 ? undefined : `${broadcasts} on air`;
    }, waiting);
  }

  async #broadcasts(stack: DeployedStack): Promise<number> {
    const { name, heartbeatMs = 5_000 } = this.#options;
    const tables = stack.ids('AWS::DynamoDB::Table');
    if (!tables.includes(`${name}-fleet`)) return 0;
    const store = openDynamoControlStore({
      tablePrefix: name,
      client: this.#clients.tables,
      giveUpAfterMs: 30_000,
    });
    const before = await store.listFleet('encoder');
    if (before.every(({ load }) => load === 0)) return 0;
    await pause(heartbeatMs);
    return broadcastsOf(before, await store.listFleet('encoder'));
  }

  /** Undefined if the stack offers no managed encoder: not every region has MediaLive. */
  #managedEncoder(stack: DeployedStack): (ManagedEncoder & { close(): void }) | undefined {
    const { name, region, client } = this.#options;
    if (!stack.ids('AWS::IAM::Role').includes(channelRoleName(name, region))) return undefined;
    this.#channels ??= createMediaLiveEncoder({
      // It only lists and deletes here; what surrounds new channels does not matter.
      around: { deployment: name, bucket: '', roleArn: '', subnetIds: [], securityGroupIds: [] },
      client: { region, ...structuredClone(client ?? {}) },
    });
    return this.#channels;
  }
}

const nothing: Omit<RegionState, 'account' | 'logGroups'> = {
  schedules: [],
  endpointGroups: [],
  broadcasts: 0,
  channels: 0,
  inputs: 0,
  instanceGroups: [],
  protectedBalancers: [],
  fullBuckets: [],
  protectedTables: [],
  acceleratorGroups: [],
  vpcOriginGroups: [],
  unusedInterfaces: [],
  kept: [],
};
