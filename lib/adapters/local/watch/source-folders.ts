import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * Calls `changed` with the path, relative to `root`, of each file below `folders` that is written, replaced, created or removed.
 * Watches each folder separately: Node's recursive watch on Linux watches files, and loses a file that an editor replaces.
 * Returns a function that stops watching.
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
  /** Watches a path if it's a folder; everything already in a new folder counts as changed. */
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

/** Swap and backup files, which come and go next to the file being edited. */
const isEditorsOwn = (name: string) => name.startsWith('.') || name.endsWith('~');

/** It was removed, perhaps while we were inspecting it. */
const isMissing = (fault: unknown) => (fault as NodeJS.ErrnoException).code === 'ENOENT';
