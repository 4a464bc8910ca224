import type { EmitEvent } from '../../../telemetry/events.ts';
import type { ProcessSpec, Supervisor } from '../platform/supervisor.ts';
import { concernedBy, sourcesOf, type WatchedProcess } from './concerned.ts';
import { readImportGraph, SourceFaultError } from './import-graph.ts';
import { RollingRestart } from './rolling-restart.ts';
import { watchFolders } from './source-folders.ts';

/** Groups the many changes of a checkout, or of an editor that saves all files, into one. */
const quietMs = 100;

export interface SourceWatch {
  /** The repository root. */
  readonly root: string;
  readonly processes: readonly ProcessSpec[];
  /** The watching program, which can't restart itself. */
  readonly own: string;
  readonly supervisor: Pick<Supervisor, 'drain' | 'startNow'>;
  readonly emit: EmitEvent;
}

/**
 * Restarts the processes whose sources change, once the sources build; until then the old ones keep running. Returns a function
 * that stops watching.
 */
export function watchSources({ root, processes, own, supervisor, emit }: SourceWatch): () => void {
  const watched = processes.map(
    ({ name, program, alsoReads = [] }): WatchedProcess => ({ name, entries: [program, ...alsoReads] }),
  );
  const entries = [...new Set([own, ...watched.flatMap((process) => process.entries)])];
  const restarts = new RollingRestart(supervisor);
  const pending = new Set<string>();

  const settle = async () => {
    const changed = [...pending].sort();
    pending.clear();
    try {
      const graph = await readImportGraph(root, entries);
      const names = concernedBy(changed, graph, watched);
      if (names.length > 0) {
        const files = changed.filter((path) => graph.has(path));
        emit('watch.restarting', { files, processes: names });
        restarts.add(names);
      }
      const ownSources = sourcesOf([own], graph);
      const ownChanged = changed.filter((path) => ownSources.has(path));
      if (ownChanged.length > 0) emit('watch.own-source-changed', { files: ownChanged });
    } catch (fault) {
      for (const path of changed) pending.add(path);
      const faults =
        fault instanceof SourceFaultError ? fault.faults : [{ at: 'esbuild', reason: String(fault) }];
      for (const { at, reason } of faults) emit('watch.source-fault', { at, reason });
    }
  };

  let turn = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const end = watchFolders(root, ['bin', 'lib'], (path) => {
    pending.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(settle);
    }, quietMs);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
