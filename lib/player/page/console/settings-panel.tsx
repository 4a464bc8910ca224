import { useId, useState } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { isOnAir, isTakenDown } from '../model/stream-state.ts';
import { navigate } from '../shell/navigation.ts';
import { useApi, useServices } from '../shell/services.ts';
import { TaskDialog } from '../ui/task-dialog.tsx';
import { useTask } from '../ui/use-task.ts';
import { EncoderChoice } from './encoder-choice.tsx';

/** The stream's name and encoder, and its deletion. */
export function SettingsPanel({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const [deleting, setDeleting] = useState(false);
  return (
    <section class="panel" aria-labelledby="settings-title">
      <h2 id="settings-title">Stream settings</h2>
      <Rename stream={stream} onChanged={onChanged} />
      <EncoderChoice stream={stream} onChanged={onChanged} />
      <button type="button" class="button button-small button-danger-quiet" onClick={() => setDeleting(true)}>
        Delete stream
      </button>
      {deleting && <DeleteStream stream={stream} onClose={() => setDeleting(false)} />}
    </section>
  );
}

function Rename({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const api = useApi();
  const { announce } = useServices();
  const [name, setName] = useState(stream.name);
  const task = useTask();
  const id = useId();
  const changed = name.trim() !== '' && name.trim() !== stream.name;
  const rename = (event: Event) => {
    event.preventDefault();
    if (!changed) return;
    void task.run(async () => {
      await api.renameStream(stream.id, name.trim());
      announce('Stream renamed');
      onChanged();
    });
  };
  return (
    <form class="rename" onSubmit={rename} noValidate>
      <label class="field" for={id}>
        <span>Name</span>
        <input
          id={id}
          type="text"
          value={name}
          maxLength={100}
          autocomplete="off"
          onInput={(input) => setName(input.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button button-small" disabled={!changed || task.busy}>
        Rename
      </button>
      {task.fault && (
        <p class="fault" role="alert">
          {task.fault}
        </p>
      )}
    </form>
  );
}

function DeleteStream({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const api = useApi();
  const { keys, announce } = useServices();
  const remove = async () => {
    await api.deleteStream(stream.id);
    keys.delete(stream.id);
    announce(`Stream ${stream.name} deleted`);
    navigate('/');
  };
  return (
    <TaskDialog
      title={`Delete “${stream.name}”?`}
      confirm="Delete stream"
      doing="Deleting…"
      run={remove}
      onClose={onClose}
    >
      <p>
        Its key and its watch link stop working.
        {isTakenDown(stream)
          ? ' It’s taken down: restore it first, so that nothing under review is lost.'
          : isOnAir(stream.state)
            ? ' It’s on air: end the broadcast first.'
            : ''}{' '}
        This can’t be undone.
      </p>
    </TaskDialog>
  );
}
