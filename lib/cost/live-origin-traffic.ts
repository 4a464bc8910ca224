import type { PriceList } from './prices.ts';

/**
 * A stream-hour of so many GB, all renditions once, on its way to CloudFront: from the worker to a live origin and through the balancer,
 * each perhaps into another zone (`crossing`: the share that goes there).
 */
export const liveOriginUsd = (
  gb: number,
  crossing: number,
  { balancedGb, betweenZonesGb }: PriceList,
): number => gb * (balancedGb + 2 * crossing * betweenZonesGb);
