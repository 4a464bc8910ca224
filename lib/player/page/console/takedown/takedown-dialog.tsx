import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Stream } from '../../api/types.ts';
import type { TakedownDirection } from '../../model/console/takedown.ts';
import { FieldFaultsError } from '../../model/field-faults.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { TaskForm } from '../../ui/task-dialog.tsx';
import { useTask } from '../../ui/use-task.ts';
import { TakedownProgress } from './takedown-progress.tsx';
import type { TakedownWatch } from './use-takedown.ts';

/** Confirms a takedown or restore, then shows its progress. Closing the dialog doesn't stop it. */
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
      throw new FieldFaultsError({ reason: 'Enter a reason. It’s kept for reviewers.' });
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
          doing="Sending…"
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
              hint="Shown in the stream’s event log. Viewers don’t see it."
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
    'Playback stops for all viewers within about a second.',
    'The broadcaster is disconnected, and refused when reconnecting.',
    'Recordings are kept for review where no viewer can reach them.',
  ],
  restore: [
    'Recordings are brought back, and viewers can watch them again.',
    'The broadcaster can return with the same key.',
  ],
};

/** Takes the focus when it appears, because the button that was pressed has been removed. */
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
