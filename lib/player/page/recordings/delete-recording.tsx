import type { Broadcast, Stream } from '../api/types.ts';
import { formatBytes } from '../model/recordings.ts';
import { useApi, useServices } from '../shell/services.ts';
import { TaskDialog } from '../ui/task-dialog.tsx';

/** Confirms the deletion of one recording. */
export function DeleteRecording(props: {
  stream: Stream;
  broadcast: Broadcast;
  when: string;
  onDeleted: () => void;
  onClose: () => void;
}) {
  const { stream, broadcast, when, onDeleted, onClose } = props;
  const api = useApi();
  const { announce } = useServices();
  const remove = async () => {
    await api.deleteBroadcast(stream.id, broadcast.id);
    announce(`Recording of ${when} deleted.`);
    onDeleted();
  };
  const { sizeBytes } = broadcast;
  return (
    <TaskDialog
      title={`Delete the recording of ${when}?`}
      confirm="Delete recording"
      doing="Deleting…"
      run={remove}
      onClose={onClose}
    >
      <ul class="effects">
        <li>
          Its link stops working within seconds, and so do its MP4 files. Copies that people downloaded stay
          with them.
        </li>
        <li>
          {sizeBytes === undefined
            ? 'Its files are deleted for good.'
            : `Its ${formatBytes(sizeBytes)} are deleted for good.`}
        </li>
        <li>The stream, its key and its other recordings stay.</li>
      </ul>
      <p>This can’t be undone.</p>
    </TaskDialog>
  );
}
