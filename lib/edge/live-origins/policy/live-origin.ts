/** A region's live origin, as CloudFront reaches it. */
export interface LiveOrigin {
  /** `vo_…` */
  readonly vpcOriginId: string;
  /** Of the balancer behind it; CloudFront sends it as Host. */
  readonly domainName: string;
}

/** The key of a region's live origin in the edge's store; no path of a request looks like it. */
export const liveOriginKey = (region: string): string => `live=${region}`;

export const liveOriginText = ({ vpcOriginId, domainName }: LiveOrigin): string =>
  `${vpcOriginId} ${domainName}`;

/** Undefined for an empty text: there is none. */
export function readLiveOrigin(text: string): LiveOrigin | undefined {
  const [vpcOriginId = '', domainName = ''] = text.split(' ');
  return vpcOriginId === '' || domainName === '' ? undefined : { vpcOriginId, domainName };
}
