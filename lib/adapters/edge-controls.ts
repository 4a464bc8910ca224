import { type EdgeLocation, splitLocation } from '../config/locations.ts';
import type { EdgeDenials, Invalidations } from '../control/ports.ts';

/** What a takedown does at the edge. */
export interface EdgeControls {
  readonly denials: EdgeDenials;
  readonly invalidations: Invalidations;
}

/**
 * Opens the edge at `location`. What is not chosen is not loaded. `edgeUrl` is the local edge that watches a file of denials: left
 * out, what is written there counts as denied.
 */
export async function openEdgeControls(location: EdgeLocation, edgeUrl?: string): Promise<EdgeControls> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 'denials') {
    const { denialFile, noInvalidations } = await import('./local/denial-file.ts');
    const denials = denialFile({ path: rest, ...(edgeUrl !== undefined && { edgeUrl }) });
    return { denials, invalidations: noInvalidations };
  }
  const comma = rest.indexOf(',');
  const [distributionId, keyValueStore] = [rest.slice(0, comma), rest.slice(comma + 1)];
  const [{ cloudFrontDenials }, { cloudFrontInvalidations }] = await Promise.all([
    import('./aws/cloudfront/cloudfront-denials.ts'),
    import('./aws/cloudfront/cloudfront-invalidations.ts'),
  ]);
  return {
    denials: cloudFrontDenials({ keyValueStore }),
    invalidations: cloudFrontInvalidations({ distributionId }),
  };
}
