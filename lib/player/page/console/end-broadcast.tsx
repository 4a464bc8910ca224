import type { Stream } from '../api/types.ts';
import { useApi, useServices } from '../shell/services.ts';
import { TaskDialog } from '../ui/task-dialog.tsx';

export function EndBroadcast(props: { stream: Stream; onClose: () => void; onEnded: () => void }) {
  const { stream, onClose, onEnded } = props;
  const api = useApi();
  const { announce } = useServices();
  const end = async () => {
    await api.endBroadcast(stream.id);
    announce('Ending broadcast…');
    onEnded();
  };
  return (
    <TaskDialog
      title="End this broadcast?"
      confirm="End broadcast"
      doing="Ending…"
      run={end}
      onClose={onClose}
    >
      <p>
        Your encoder will be disconnected and viewers will see that the broadcast has ended. What you’ve sent
        is kept as a recording.
      </p>
    </TaskDialog>
  );
}
