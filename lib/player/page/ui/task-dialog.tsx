import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Dialog } from './dialog.tsx';
import { type Task, useTask } from './use-task.ts';

interface TaskFormProps {
  /** Label of the button, and its label while the call is running. */
  readonly confirm: string;
  readonly doing: string;
  /** @default 'danger' */
  readonly tone?: 'danger' | 'primary';
  readonly run: () => Promise<void>;
  readonly children: ComponentChildren;
}

/** Confirms a call, makes it and closes; if the call fails, the dialog stays open with the error. */
export function TaskDialog(
  props: TaskFormProps & {
    readonly title: string;
    /** For a form: the task that knows the errors of its fields. */
    readonly task?: Task;
    readonly onClose: () => void;
  },
) {
  const { title, onClose, task, ...form } = props;
  const own = useTask();
  return (
    <Dialog title={title} onClose={onClose}>
      <TaskForm {...form} task={task ?? own} onDone={onClose} onCancel={onClose} />
    </Dialog>
  );
}

/** The content of such a dialog. */
export function TaskForm(
  props: TaskFormProps & { readonly task: Task; readonly onDone?: () => void; readonly onCancel: () => void },
) {
  const { confirm, doing, tone = 'danger', run, task, children, onDone, onCancel } = props;
  const { busy, fault, fieldFaults } = task;
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(
    () => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    [fieldFaults],
  );

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!busy && (await task.run(run))) onDone?.();
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      {children}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button button-quiet" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class={`button button-${tone}`} disabled={busy}>
          {busy ? doing : confirm}
        </button>
      </div>
    </form>
  );
}
