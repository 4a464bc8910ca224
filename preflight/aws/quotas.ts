import {
  GetServiceQuotaCommand,
  paginateListAWSDefaultServiceQuotas,
  type ServiceQuota,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import pMap from 'p-map';
import type { FoundQuota, QuotaFact } from '../facts.ts';
import type { QuotaNeed } from '../policy/quota-needs.ts';
import { read, readerSettings, unless } from './read.ts';

/** Service Quotas allows few calls a second. */
const concurrency = 4;

/** What the account has of each quota. */
export function readQuotas(needs: readonly QuotaNeed[]): Promise<QuotaFact[]> {
  const lists = new Map<string, Promise<ServiceQuota[]>>();
  const defaults = (client: ServiceQuotasClient, { service, region }: QuotaNeed) => {
    const key = `${region} ${service}`;
    const list = lists.get(key) ?? listDefaults(client, service);
    lists.set(key, list);
    return list;
  };
  return pMap(
    needs,
    async (need) => {
      const client = new ServiceQuotasClient({ ...readerSettings, region: need.region });
      const first = typeof need.quota === 'string' ? 'GetServiceQuota' : 'ListAWSDefaultServiceQuotas';
      const found = await read(`servicequotas:${first}`, () =>
        find(client, need, () => defaults(client, need)),
      );
      return { need, found };
    },
    { concurrency },
  );
}

/** The applied value; for a quota without one, AWS's default. Undefined if AWS lists no such quota. */
async function find(
  client: ServiceQuotasClient,
  { service, quota }: QuotaNeed,
  defaults: () => Promise<ServiceQuota[]>,
): Promise<FoundQuota | undefined> {
  const listed = async () =>
    (await defaults()).find(({ QuotaCode, QuotaName = '' }) =>
      typeof quota === 'string' ? QuotaCode === quota : quota.test(QuotaName),
    );
  const code = typeof quota === 'string' ? quota : (await listed())?.QuotaCode;
  if (code === undefined) return undefined;
  const command = new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code });
  const applied = await unless(['NoSuchResourceException'], client.send(command));
  const value = applied?.Quota?.Value ?? (await listed())?.Value;
  return value === undefined ? undefined : { code, value };
}

async function listDefaults(client: ServiceQuotasClient, service: string): Promise<ServiceQuota[]> {
  const quotas: ServiceQuota[] = [];
  const all = async () => {
    for await (const page of paginateListAWSDefaultServiceQuotas({ client }, { ServiceCode: service }))
      quotas.push(...(page.Quotas ?? []));
  };
  await unless(['NoSuchResourceException'], all());
  return quotas;
}
