import { type RegionDocument, regionDocumentPath } from '../../policy/runtime-config.ts';

/** Where a region's API is, or why that isn't known. */
export type RegionApi = { readonly apiBaseUrl: string } | { readonly fault: string };

const timeoutMs = 8_000;

/** Reads every region's document: each region's deploy writes its own (docs/decisions/0031). */
export async function readRegions(
  regions: readonly string[],
  request: typeof fetch = (...call) => fetch(...call),
): Promise<ReadonlyMap<string, RegionApi>> {
  const found = await Promise.all(regions.map((region) => readRegion(region, request)));
  return new Map(regions.map((region, index) => [region, found[index] as RegionApi]));
}

async function readRegion(region: string, request: typeof fetch): Promise<RegionApi> {
  try {
    const response = await request(regionDocumentPath(region), { signal: AbortSignal.timeout(timeoutMs) });
    if (response.status === 404) {
      return {
        fault: `${region} isn’t deployed yet, or its deploy hasn’t finished. Its API has no address.`,
      };
    }
    const { apiBaseUrl } = (await response.json()) as Partial<RegionDocument>;
    if (typeof apiBaseUrl === 'string' && URL.canParse(apiBaseUrl)) return { apiBaseUrl };
  } catch {
    // As for a document that says nothing.
  }
  return { fault: `The address of ${region}’s API couldn’t be read. Reload the page.` };
}

/** The region to manage: the address's `?region=`, otherwise the last one of this tab, otherwise the first. */
export function chosenRegion(search: string, regions: readonly string[], last: string | undefined): string {
  const named = new URLSearchParams(search).get('region');
  return [named, last].find((region) => region != null && regions.includes(region)) ?? regions[0] ?? '';
}
