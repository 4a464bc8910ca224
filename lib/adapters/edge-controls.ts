import { type EdgeLocation, splitLocation } from '../config/locations.ts';
import type { EdgeDenials, EdgePlayback, Invalidations } from '../control/ports.ts';

/** What the control plane does at the edge. */
export interface EdgeControls {
  readonly denials: EdgeDenials;
  readonly invalidations: Invalidations;
  readonly playback: EdgePlayback;
}

/**
 * Opens the edge at `location`. Loads only the adapter it needs. `edgeUrl` is the local edge that watches the rules;
 * without it, a written denial counts as effective.
 */
export async function openEdgeControls(location: EdgeLocation, edgeUrl?: string): Promise<EdgeControls> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 'denials') {
    const { edgeRulesFile, noInvalidations } = await import('./local/edge-rules-file.ts');
    const rules = edgeRulesFile({ path: rest, ...(edgeUrl !== undefined && { edgeUrl }) });
    return { denials: rules, playback: rules, invalidations: noInvalidations };
  }
  const [distributionId = '', keyValueStore = '', role] = rest.split(',');
  const [{ cloudFrontRules }, { cloudFrontInvalidations }, { assumedRole }] = await Promise.all([
    import('./aws/cloudfront/cloudfront-rules.ts'),
    import('./aws/cloudfront/cloudfront-invalidations.ts'),
    import('./aws/assumed-role.ts'),
  ]);
  const client = role === undefined ? {} : { credentials: assumedRole(role, 'takedowns') };
  const rules = cloudFrontRules({ keyValueStore, client });
  return {
    denials: rules,
    playback: rules,
    invalidations: cloudFrontInvalidations({ distributionId, client }),
  };
}
