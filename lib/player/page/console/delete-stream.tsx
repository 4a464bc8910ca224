import { useId, useState } from 'preact/hooks';
import type { RecordingsChoice, Stream } from '../api/types.ts';
import { isOnAir, isTakenDown } from '../model/stream-state.ts';
import { navigate } from '../shell/navigation.ts';
import { useApi, useServices } from '../shell/services.ts';
import { TaskDialog } from '../ui/task-dialog.tsx';

/** Confirms a deletion and asks what becomes of the recordings; the list then says what stays until when. */
export function DeleteStream({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const api = useApi();
  const { keys, announce } = useServices();
  const [recordings, setRecordings] = useState<RecordingsChoice>('keep');
  const id = useId();
  const remove = async () => {
    const { detail } = await api.deleteStream(stream.id, recordings);
    keys.delete(stream.id);
    const notice = `Stream “${stream.name}” deleted. ${detail}`;
    announce(notice);
    navigate('/', notice);
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
        Its key and its watch link stop working within seconds, and its recordings can’t be watched.
        {isTakenDown(stream)
          ? ' It’s taken down: restore it first, so that nothing under review is lost.'
          : isOnAir(stream.state)
            ? ' It’s on air: end the broadcast first.'
            : ''}{' '}
        This can’t be undone.
      </p>
      <fieldset class="choices">
        <legend>Recordings</legend>
        {choices.map(({ choice, label, effect }) => (
          <label key={choice} class="choice">
            <input
              type="radio"
              name={id}
              value={choice}
              checked={choice === recordings}
              onChange={() => setRecordings(choice)}
            />
            <span class="choice-text">
              {label}
              <span class="quiet small">{effect}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </TaskDialog>
  );
}

const choices: readonly {
  readonly choice: RecordingsChoice;
  readonly label: string;
  readonly effect: string;
}[] = [
  {
    choice: 'keep',
    label: 'Keep in storage',
    effect: 'Only this platform’s operators can reach them there. You’ll see until when they’re kept.',
  },
  { choice: 'delete', label: 'Delete for good', effect: 'Nobody can bring them back.' },
];
