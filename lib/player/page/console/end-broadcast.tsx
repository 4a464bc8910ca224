import type { Stream } from '../api/types.ts';
import { useApi, useServices } from '../shell/services.ts';
import { TaskDialog } from '../ui/task-dialog.tsx';

export function EndBroadcast(props: { stream: Stream; onClose: () => void; onEnded: () => void }) {
  const { stream, onClose, onEnded } = props;
  const api = useApi();
  const { announce } = useServices();
  const end = async () => {
    await api.endBroadcast(stream.id);
    announce('The broadcast is being ended.');
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
        Your encoder is disconnected and viewers see that the broadcast is over. What was sent stays as a
        recording.
      </p>
    </TaskDialog>
  );
}
