const chosenKey = 'headwater.region';

/** The region that this tab managed last. */
export function lastRegion(): string | undefined {
  try {
    return sessionStorage.getItem(chosenKey) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Puts the region into the address, so that a copied address leads to the same stream, and keeps it for this tab. */
export function keepRegion(region: string): void {
  const url = new URL(location.href);
  url.searchParams.set('region', region);
  history.replaceState(history.state, '', url);
  try {
    sessionStorage.setItem(chosenKey, region);
  } catch {
    // The address has it.
  }
}
