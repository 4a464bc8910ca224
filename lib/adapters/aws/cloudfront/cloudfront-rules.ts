import type { EdgeDenials, EdgePlayback } from '../../../control/ports.ts';
import { type EdgeEntry, formatEntry, parseEntry, revokedKey } from '../../../edge/policy/access/playback.ts';
import { KeyValueStore, type KeyValueStoreOptions } from './key-value-store.ts';

/**
 * The edge's rules, as keys of a CloudFront KeyValueStore; the function in front of every media behaviour looks them up. A takedown
 * and a change of the playback of the same stream at the same time both stay in its entry.
 */
export function cloudFrontRules(options: KeyValueStoreOptions): EdgeDenials & EdgePlayback {
  const store = new KeyValueStore(options);
  const change = (path: string, to: EdgeEntry): Promise<void> =>
    store.edit(path, (value) => formatEntry({ ...parseEntry(value), ...to }));

  return {
    deny: (path) => change(path, { denied: true }),
    allow: (path) => change(path, { denied: false }),
    forget: (path) => store.edit(path, () => ''),
    isDenied: async (path) => parseEntry(await store.read(path)).denied === true,
    setPlayback: (path, { mode, notBeforeMs }) => change(path, { mode, notBeforeMs }),
    // The value is for people inspecting the store.
    revoke: (path, session) => store.edit(revokedKey(path, session), () => 'revoked'),
  };
}
