import type { LiveOrigin } from './live-origin.ts';

/** What a custom resource of the function says, beside its ServiceToken; CloudFormation passes on strings and lists. */
export type LiveOriginProperties =
  /** A region's live origin is to be asked; when it is deleted, no longer. */
  | {
      readonly step: 'attach';
      readonly region: string;
      readonly vpcOriginId: string;
      readonly domainName: string;
    }
  /** Before a VPC origin changes, it must be detached. `of`: what it is made of. */
  | { readonly step: 'release'; readonly region: string; readonly of: string }
  /** After an update of the distribution. */
  | { readonly step: 'reattach'; readonly regions: readonly string[] };

/** What rules of the edge's stack send, while CloudFormation updates the distribution and when it has. */
export interface DistributionUpdate {
  readonly step: 'watch' | 'reattach';
  readonly regions: readonly string[];
}

export type LiveOriginWork =
  | { readonly kind: 'attach'; readonly region: string; readonly live: LiveOrigin }
  | { readonly kind: 'detach'; readonly region: string }
  | { readonly kind: 'reattach' | 'watch'; readonly regions: readonly string[] }
  | { readonly kind: 'nothing' };

/** What is to be done for a request of CloudFormation. */
export function liveOriginWork(request: 'Create' | 'Update' | 'Delete', properties: object): LiveOriginWork {
  const given = properties as LiveOriginProperties;
  switch (given.step) {
    case 'attach': {
      const { region, vpcOriginId, domainName } = given;
      return request === 'Delete'
        ? { kind: 'detach', region }
        : { kind: 'attach', region, live: { vpcOriginId, domainName } };
    }
    case 'release':
      return request === 'Update' ? { kind: 'detach', region: given.region } : { kind: 'nothing' };
    case 'reattach':
      return request === 'Delete' ? { kind: 'nothing' } : { kind: 'reattach', regions: given.regions };
  }
}
