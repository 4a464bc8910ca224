import { type ControlStoreLocation, splitLocation } from '../config/locations.ts';
import type { ControlStore } from '../control/ports.ts';

/** Opens the control store at `location`. What is not chosen is not loaded. */
export async function openControlStore(
  location: ControlStoreLocation,
): Promise<ControlStore & { close(): void }> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 'dynamodb') {
    const { openDynamoControlStore } = await import('./aws/dynamo-control-store.ts');
    return openDynamoControlStore({ tablePrefix: rest });
  }
  const { openSqliteControlStore } = await import('./local/sqlite-control-store.ts');
  return openSqliteControlStore(rest);
}
