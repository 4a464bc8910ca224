import type { CellFacts, FoundQuota, QuotaFact } from '../facts.ts';
import { type Finding, type Unread, unchecked } from '../finding.ts';
import type { QuotaNeed } from './quota-needs.ts';

const check = 'quota';

interface KnownQuota {
  readonly need: QuotaNeed;
  /** Undefined if Service Quotas doesn't list it. */
  readonly found: FoundQuota | undefined;
}

/** Every quota; those of a region that one call keeps unknown share a finding. */
export function judgeQuotas(
  quotas: readonly QuotaFact[],
  othersIn: (region: string) => CellFacts['others'] | undefined,
): Finding[] {
  const known: Finding[] = [];
  const unread = new Map<
    string,
    { readonly where: string; readonly reason: Unread; readonly names: string[] }
  >();
  for (const { need, found } of quotas) {
    const { name, region } = need;
    if ('value' in found) known.push(judgeQuota({ need, found: found.value }, othersIn(region)));
    else {
      const key = `${region} ${found.unread.call}`;
      const group = unread.get(key) ?? { where: region, reason: found.unread, names: [] };
      unread.set(key, { ...group, names: [...group.names, name] });
    }
  }
  const unknown = [...unread.values()].map(({ where, reason, names }) =>
    unchecked({ check, where }, `the quotas ${names.join(', ')}`, reason),
  );
  return [...unknown, ...known];
}

/** A quota that AWS lists or not, against the need; `others`: what the account already uses. */
export function judgeQuota({ need, found }: KnownQuota, others?: CellFacts['others']): Finding {
  const { name, region: where, least, most = least, unit, documented, carries, sharedWith } = need;
  const known = found?.value ?? documented;
  const mend = `aws service-quotas list-service-quotas --service-code ${need.service} --region ${where}`;
  if (known === undefined) {
    const what = `Service Quotas does not list ${name}.`;
    return { check, where, severity: 'warning', what, needed: amount(most, unit), mend };
  }
  const used = sharedWith && others?.[sharedWith];
  const taken = used && 'value' in used ? used.value : 0;
  const free = known - taken;
  const has =
    amount(known, unit) +
    (taken > 0 ? `, ${taken} in use` : '') +
    (found === undefined ? " (AWS's default)" : '');
  const capacity = carries ? `${name} is enough for ${carries(known)}.` : `${name} is large enough.`;
  const shortage = { check, where, has, mend: increase(need, found?.code, most + taken) };
  if (free < least)
    return {
      ...shortage,
      severity: 'missing',
      what: `${name} is too small to deploy.`,
      needed: atMost(need),
    };
  if (free < most)
    return {
      ...shortage,
      severity: 'warning',
      what: `${name} is too small for the deployment's full size.`,
      needed: atMost(need),
    };
  if (used && 'unread' in used)
    return unchecked({ check, where }, `how much of ${name} is in use`, used.unread);
  return { check, where, severity: carries ? 'note' : 'ok', what: capacity, needed: atMost(need), has };
}

const amount = (count: number, unit?: string): string =>
  `${count.toLocaleString('en-US', { maximumFractionDigits: 2 })}${unit ? ` ${unit}` : ''}`;

const atMost = ({ least, most = least, unit }: QuotaNeed): string =>
  least === most
    ? amount(most, unit)
    : `${amount(least, unit)} to deploy, ${amount(most, unit)} at full size`;

const increase = ({ service, quota, region }: QuotaNeed, code: string | undefined, wanted: number): string =>
  code === undefined && typeof quota !== 'string'
    ? `Open a support case for a service limit increase (${service})`
    : `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code ?? quota} ` +
      `--desired-value ${Math.ceil(wanted)} --region ${region}`;
