import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * Calls `changed` with the path, from `root`, of each file below `folders` that is written, replaced, made or removed. A watch
 * for each folder: Node's recursive one on Linux watches files, and loses one that an editor replaces. Returns what ends it.
 */
export function watchFolders(
  root: string,
  folders: readonly string[],
  changed: (path: string) => void,
): () => void {
  const watchers = new Map<string, FSWatcher>();
  const forget = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const add = (folder: string, found: (path: string) => void) => {
    forget(folder);
    const watcher = watch(join(root, folder), (kind, name) => {
      if (name === null || isEditorsOwn(name)) return;
      const path = `${folder}/${name}`;
      changed(path);
      if (kind === 'rename') follow(path, changed);
    });
    watcher.on('error', () => forget(folder));
    watchers.set(folder, watcher);
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (entry.isDirectory()) follow(`${folder}/${entry.name}`, found);
      else found(`${folder}/${entry.name}`);
    }
  };
  /** Watches a path if it's a folder; what a new folder already has is a change. */
  const follow = (path: string, found: (path: string) => void) => {
    try {
      if (statSync(join(root, path)).isDirectory()) add(path, found);
    } catch (fault) {
      if (!isMissing(fault)) throw fault;
      forget(path);
    }
  };
  for (const folder of folders) add(folder, () => {});
  return () => {
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** Swap and backup files, which come and go beside the file that is edited. */
const isEditorsOwn = (name: string) => name.startsWith('.') || name.endsWith('~');

/** It was removed, perhaps while it was looked at. */
const isMissing = (fault: unknown) => (fault as NodeJS.ErrnoException).code === 'ENOENT';
