import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ApiClient } from '../api/client.ts';
import type { RecordingsChoice, Stream } from '../api/types.ts';
import { deletionWords } from '../model/deletion.ts';
import { isOnAir, isTakenDown } from '../model/stream-state.ts';
import { navigate } from '../shell/navigation.ts';
import { useApi, useServices } from '../shell/services.ts';
import { TaskDialog } from '../ui/task-dialog.tsx';

/**
 * Confirms a deletion and asks what becomes of the recordings; the list then says what stays until when. What is on air is ended
 * first. Closing the dialog meanwhile keeps the stream.
 */
export function DeleteStream({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const api = useApi();
  const { keys, announce } = useServices();
  const [recordings, setRecordings] = useState<RecordingsChoice>('keep');
  const [doing, setDoing] = useState('Deleting…');
  const isOpen = useOpen();
  // As it was when the dialog opened: the words stay while the broadcast ends.
  const [onAir] = useState(isOnAir(stream.state));
  const verb = onAir ? 'End and delete' : 'Delete';
  const remove = async () => {
    if (onAir) {
      setDoing('Ending the broadcast…');
      await endBroadcast(api, stream.id, isOpen);
      if (!isOpen()) return;
      setDoing('Deleting…');
    }
    const deletion = await api.deleteStream(stream.id, recordings);
    keys.delete(stream.id);
    const notice = deletionWords(stream.name, deletion, Date.now());
    announce(notice);
    navigate('/', notice);
  };
  return (
    <TaskDialog
      title={`${verb} “${stream.name}”?`}
      confirm={onAir ? verb : 'Delete stream'}
      doing={doing}
      run={remove}
      onClose={onClose}
    >
      <p>
        {onAir && 'It’s on air: your encoder is disconnected and viewers see that the broadcast has ended. '}
        Its key and its watch link stop working within seconds.
        {isTakenDown(stream) && ' It’s taken down: restore it first, so that nothing under review is lost.'}{' '}
        This can’t be undone.
      </p>
      <Recordings chosen={recordings} onAir={onAir} onChoose={setRecordings} />
    </TaskDialog>
  );
}

function Recordings(props: {
  chosen: RecordingsChoice;
  onAir: boolean;
  onChoose: (choice: RecordingsChoice) => void;
}) {
  const { chosen, onAir, onChoose } = props;
  const name = useId();
  return (
    <fieldset class="choices">
      <legend>What happens to its recordings{onAir && ', this broadcast included'}?</legend>
      <p class="quiet small">Either way viewers can’t watch them any more.</p>
      {choices.map(({ choice, label, effect }) => (
        <label key={choice} class="choice">
          <input
            type="radio"
            name={name}
            value={choice}
            checked={choice === chosen}
            onChange={() => onChoose(choice)}
          />
          <span class="choice-text">
            {label}
            <span class="quiet small">{effect}</span>
          </span>
        </label>
      ))}
    </fieldset>
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

const lookEveryMs = 1_000;

/** Ends the broadcast and waits until it has ended, or the dialog was closed. */
async function endBroadcast(api: ApiClient, id: string, isOpen: () => boolean): Promise<void> {
  if (!isOnAir((await api.getStream(id)).state)) return;
  await api.endBroadcast(id);
  while (isOpen() && isOnAir((await api.getStream(id)).state)) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** Whether the component is still shown. */
function useOpen(): () => boolean {
  const isOpen = useRef(true);
  useEffect(
    () => () => {
      isOpen.current = false;
    },
    [],
  );
  return () => isOpen.current;
}
