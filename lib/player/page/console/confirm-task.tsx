import type { ComponentChildren } from 'preact';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { useTask } from './use-task.ts';

/** Asks before one call that cannot be taken back, makes it, and closes; a fault of the call stays in the dialog. */
export function ConfirmTask(props: {
  title: string;
  /** What the button says, and what it says meanwhile. */
  confirm: string;
  doing: string;
  task: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const { title, confirm, doing, task, onClose, children } = props;
  const { busy, fault, run } = useTask();
  const onConfirm = () =>
    run(async () => {
      await task();
      onClose();
    });
  return (
    <ConfirmDialog
      title={title}
      confirm={busy ? doing : confirm}
      busy={busy}
      {...(fault !== undefined && { fault })}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {children}
    </ConfirmDialog>
  );
}
