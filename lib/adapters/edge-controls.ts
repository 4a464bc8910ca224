import { type EdgeLocation, splitLocation } from '../config/locations.ts';
import type { EdgeDenials, Invalidations } from '../control/ports.ts';

/** The edge operations of a takedown. */
export interface EdgeControls {
  readonly denials: EdgeDenials;
  readonly invalidations: Invalidations;
}

/**
 * Opens the edge at `location`. Loads only the adapter it needs. `edgeUrl` is the local edge that watches the denial file;
 * without it, a written denial counts as effective.
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
