import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectStoreRefusedError } from '../../../object-store/errors.ts';
import { isKeyPrefix } from '../../../object-store/object-key.ts';
import { isAbsent } from './disk-errors.ts';

/**
 * The keys below `root` that begin with `prefix` and sort after `after`, in key order. Reads only folders that can contain such
 * keys, and stops at `limit`. Links are not followed.
 */
export async function listKeys(
  root: string,
  prefix: string,
  { after = '', limit }: { after?: string; limit: number },
): Promise<{ keys: string[]; more: boolean }> {
  if (!isKeyPrefix(prefix)) throw new ObjectStoreRefusedError('Invalid key prefix');
  const keys: string[] = [];
  for await (const key of walk('')) {
    if (keys.length === limit) return { keys, more: true };
    keys.push(key);
  }
  return { keys, more: false };

  async function* walk(at: string): AsyncGenerator<string> {
    for (const name of await names(join(root, at))) {
      const key = at + name;
      if (!name.endsWith('/')) {
        if (key.startsWith(prefix) && key > after) yield key;
      } else if (mayHold(key)) {
        yield* walk(key);
      }
    }
  }

  /** All keys in a folder begin with its path, so a folder sorts entirely before `after` or may contain keys after it. */
  function mayHold(folderKey: string): boolean {
    const wanted = folderKey.startsWith(prefix) || prefix.startsWith(folderKey);
    return wanted && (folderKey > after || after.startsWith(folderKey));
  }
}

/** A folder's entries in key order: files by name, folders by name plus slash. */
async function names(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort((a, b) => (a < b ? -1 : 1));
  } catch (fault) {
    if (isAbsent(fault)) return [];
    throw fault;
  }
}
