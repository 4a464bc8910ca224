import {
  CloudFrontClient,
  type CloudFrontClientConfig,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  InvalidIfMatchVersion,
  NoSuchDistribution,
  PreconditionFailed,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import type { Distribution } from '../../../edge/live-origins/ports.ts';
import { rewrite } from '../../../retry/rewrite.ts';
import { clientSettings } from '../client-settings.ts';

export interface CloudFrontDistributionOptions {
  readonly distributionId: string;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: CloudFrontClientConfig;
}

const isOvertaken = (fault: unknown): boolean =>
  fault instanceof PreconditionFailed || fault instanceof InvalidIfMatchVersion;

/** A distribution's routing, which CloudFront lets be written only with the rest of its configuration. */
export function cloudFrontDistribution({
  distributionId: Id,
  client: config,
}: CloudFrontDistributionOptions): Distribution {
  const settings = clientSettings({ timeoutMs: 10_000, tries: 5, maxConnections: 2 });
  const client = new CloudFrontClient({ ...settings, ...config });
  const unlessGone = async <Result>(work: Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work;
    } catch (fault) {
      if (fault instanceof NoSuchDistribution) return undefined;
      throw fault;
    }
  };
  const read = () => unlessGone(client.send(new GetDistributionConfigCommand({ Id })));

  return {
    routing: async () => (await read())?.DistributionConfig,
    edit: (edit) =>
      rewrite(async () => {
        const { DistributionConfig: before, ETag: IfMatch } = (await read()) ?? {};
        if (!before) return false;
        const edited = await edit(before);
        if (edited === before) return false;
        const { Origins, OriginGroups, CacheBehaviors } = edited;
        const DistributionConfig = { ...before, Origins, OriginGroups, CacheBehaviors } as typeof before;
        await client.send(new UpdateDistributionCommand({ Id, IfMatch, DistributionConfig }));
        return true;
      }, isOvertaken),
    async isDeployed() {
      const found = await unlessGone(client.send(new GetDistributionCommand({ Id })));
      return found === undefined || found.Distribution?.Status === 'Deployed';
    },
  };
}
