import { type ControlStoreLocation, splitLocation } from '../config/locations.ts';
import type { ControlStore } from '../control-store/ports.ts';

export interface ControlStoreSettings {
  /** How long journal entries are kept. SQLite ignores this and keeps the newest 1,000. @default 90 */
  readonly eventRetentionDays?: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Opens the control store at `location`. Loads only the adapter it needs. */
export async function openControlStore(
  location: ControlStoreLocation,
  { eventRetentionDays: days }: ControlStoreSettings = {},
): Promise<ControlStore & { close(): void }> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 'dynamodb') {
    const { openDynamoControlStore } = await import('./aws/dynamodb/dynamo-control-store.ts');
    return openDynamoControlStore({
      tablePrefix: rest,
      ...(days !== undefined && { eventRetentionMs: days * dayMs }),
    });
  }
  const { openSqliteControlStore } = await import('./local/sqlite/sqlite-control-store.ts');
  return openSqliteControlStore(rest);
}
