import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { FieldFaultsError } from '../model/field-faults.ts';
import type { TakedownDirection } from '../model/takedown.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { TaskForm } from '../ui/task-dialog.tsx';
import { useTask } from '../ui/use-task.ts';
import { TakedownProgress } from './takedown-progress.tsx';
import type { TakedownWatch } from './use-takedown.ts';

/** Asks for a takedown or its undoing, and shows how it goes. Closing it stops nothing. */
export function TakedownDialog(props: {
  stream: Stream;
  direction: TakedownDirection;
  watch: TakedownWatch;
  onClose: () => void;
}) {
  const { stream, direction, watch, onClose } = props;
  const [begun, setBegun] = useState(false);
  const [reason, setReason] = useState('');
  const task = useTask(['reason']);

  const begin = async () => {
    if (direction === 'takedown' && reason.trim() === '') {
      throw new FieldFaultsError({ reason: 'Give a reason: it is kept for those who review it.' });
    }
    setBegun(true);
    try {
      await watch.begin(direction, reason.trim());
    } catch (cause) {
      setBegun(false);
      throw cause;
    }
  };
  const { asked, underWay, confirm } = words[direction];
  return (
    <Dialog title={begun ? underWay(stream.name) : asked(stream.name)} onClose={onClose}>
      {begun ? (
        <>
          <TakedownProgress direction={direction} report={watch.reportOf(direction)} />
          <CloseButton onClose={onClose} />
        </>
      ) : (
        <TaskForm
          confirm={confirm}
          doing="Asking…"
          tone={direction === 'takedown' ? 'danger' : 'primary'}
          run={begin}
          task={task}
          onCancel={onClose}
        >
          <ul class="effects">
            {effects[direction].map((effect) => (
              <li key={effect}>{effect}</li>
            ))}
          </ul>
          {direction === 'takedown' && (
            <Field
              label="Reason"
              value={reason}
              hint="It stands in the story of the stream. Viewers do not see it."
              fault={task.fieldFaults.reason}
              onInput={setReason}
              input={{ maxLength: 500 }}
            />
          )}
        </TaskForm>
      )}
    </Dialog>
  );
}

interface DirectionWords {
  readonly confirm: string;
  asked(name: string): string;
  underWay(name: string): string;
}

const words: Readonly<Record<TakedownDirection, DirectionWords>> = {
  takedown: {
    confirm: 'Take down',
    asked: (name) => `Take down “${name}”?`,
    underWay: (name) => `Taking down “${name}”`,
  },
  restore: {
    confirm: 'Restore',
    asked: (name) => `Restore “${name}”?`,
    underWay: (name) => `Restoring “${name}”`,
  },
};

const effects: Readonly<Record<TakedownDirection, readonly string[]>> = {
  takedown: [
    'Every viewer is cut within about a second.',
    'The publisher is cut off, and refused when it comes back.',
    'The recordings are kept for review where no viewer can reach them.',
  ],
  restore: [
    'The recordings are brought back, and viewers can watch them again.',
    'The publisher may come back with the same key.',
  ],
};

/** Has the focus when it comes: the button that was pressed is gone. */
function CloseButton({ onClose }: { onClose: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  return (
    <div class="dialog-actions">
      <button ref={button} type="button" class="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
