import { edgePrices, gbPerHour, type ViewerPrices } from './prices.ts';
import type { CostItem } from './task-price.ts';

/** The price of a month's traffic that comes on top of `beforeGb`. */
export function egressUsd({ egress }: ViewerPrices, gb: number, beforeGb = 0): number {
  let usd = 0;
  let from = 0;
  for (const { upToGb, perGb } of egress) {
    const inTier = Math.min(upToGb, beforeGb + gb) - Math.max(from, beforeGb);
    if (inTier > 0) usd += inTier * perGb;
    from = upToGb;
  }
  return usd;
}

export interface Audience {
  readonly viewerHours: number;
  /** Video and audio of what they watch. */
  readonly bps: number;
  /** Of one viewer, per second. */
  readonly requests: number;
  /** Share of the requests that viewers are counted from, in percent. */
  readonly samplePercent: number;
}

/** All viewers in one month, without other traffic in it. */
export function viewerCost(
  prices: ViewerPrices,
  { viewerHours, bps, requests, samplePercent }: Audience,
): CostItem[] {
  const gb = viewerHours * gbPerHour(bps);
  const count = viewerHours * requests * 3_600;
  const millions = inMillions(count);
  const lines = (count * samplePercent) / 100;
  return [
    {
      what: 'CloudFront egress',
      quantity: `${Math.round(gb).toLocaleString('en-US')} GB`,
      usd: egressUsd(prices, gb),
    },
    { what: 'CloudFront requests', quantity: millions, usd: count * prices.httpsRequest },
    { what: 'Web ACL requests', quantity: millions, usd: count * edgePrices.webAclRequest },
    {
      what: 'Takedown check: function and key-value store',
      quantity: millions,
      usd: count * (edgePrices.functionCall + edgePrices.keyRead),
    },
    ...(lines === 0
      ? []
      : [
          {
            what: 'Audience: log lines',
            quantity: inMillions(lines),
            usd: lines * (edgePrices.logLine + edgePrices.streamRecord),
          },
        ]),
  ];
}

const inMillions = (count: number): string =>
  count < 1e6
    ? Math.round(count).toLocaleString('en-US')
    : `${(count / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} million`;
