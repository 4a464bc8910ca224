import type { Stream } from '../api/types.ts';
import { useApi, useServices } from '../shell/services.ts';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { useTask } from './use-task.ts';

export function EndBroadcast(props: { stream: Stream; onClose: () => void; onEnded: () => void }) {
  const { stream, onClose, onEnded } = props;
  const api = useApi();
  const { announce } = useServices();
  const task = useTask();
  const end = () =>
    task.run(async () => {
      await api.endBroadcast(stream.id);
      announce('The broadcast is being ended.');
      onEnded();
      onClose();
    });
  return (
    <ConfirmDialog
      title="End this broadcast?"
      confirm={task.busy ? 'Ending…' : 'End broadcast'}
      busy={task.busy}
      fault={task.fault}
      onConfirm={end}
      onClose={onClose}
    >
      <p>
        Your encoder is disconnected and viewers see that the broadcast is over. What was sent stays as a
        recording.
      </p>
    </ConfirmDialog>
  );
}
