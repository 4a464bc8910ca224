import { useRef, useState } from 'preact/hooks';
import type { Stream } from '../../api/types.ts';
import { directionOf, type TakedownDirection, takedownTitles } from '../../model/console/takedown.ts';
import { formatWhen } from '../../model/format.ts';
import { isTakenDown } from '../../model/stream-state.ts';
import { useFocusKept } from '../../ui/use-focus-kept.ts';
import { TakedownDialog } from './takedown-dialog.tsx';
import { TakedownProgress } from './takedown-progress.tsx';
import type { TakedownWatch } from './use-takedown.ts';

/** Shown above everything else while the stream is taken down: why, and how to undo it. */
export function TakedownBanner({ stream, onRestore }: { stream: Stream; onRestore: () => void }) {
  const { takedown } = stream;
  if (!takedown || !isTakenDown(stream)) return null;
  const { state = 'taken-down', reason, askedAt } = takedown;
  return (
    <section class="fault banner" aria-labelledby="takedown-banner">
      <div>
        <h2 id="takedown-banner">{takedownTitles[state]}</h2>
        <p>
          <strong>Reason:</strong> <bdi>{reason}</bdi>
        </p>
        <p class="small">
          Requested {formatWhen(Date.parse(askedAt), Date.now())}. Viewers can’t watch it and nobody can
          broadcast to it.
        </p>
      </div>
      {state !== 'restoring' && <OpeningButton class="button" words="Restore…" onClick={onRestore} />}
    </section>
  );
}

/** Starts a takedown and shows the progress of one. */
export function TakedownPanel(props: { stream: Stream; watch: TakedownWatch; onTakedown: () => void }) {
  const { stream, watch, onTakedown } = props;
  const { report, fault } = watch;
  const takenDown = isTakenDown(stream);
  const mayTakeDown = !takenDown || stream.takedown?.state === 'restoring';
  return (
    <section class="panel" aria-labelledby="takedown-title">
      <h2 id="takedown-title">Takedown</h2>
      {!takenDown && (
        <p class="quiet">
          Stops the stream for all viewers at once and refuses its broadcaster until it’s restored. Nothing is
          deleted.
        </p>
      )}
      {takenDown && report && <TakedownProgress direction={directionOf(report.state)} report={report} />}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault} Retrying every few seconds.
        </p>
      )}
      {mayTakeDown && (
        <OpeningButton
          class="button button-small button-danger-quiet"
          words="Take down…"
          onClick={onTakedown}
        />
      )}
    </section>
  );
}

/** Disappears as a result of what its dialog did. */
function OpeningButton(props: { class: string; words: string; onClick: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useFocusKept(button);
  return (
    <button ref={button} type="button" class={props.class} onClick={props.onClick}>
      {props.words}
    </button>
  );
}

/** The open dialog, if any, and a function that opens it. */
export function useTakedownDialog(stream: Stream, watch: TakedownWatch) {
  const [direction, setDirection] = useState<TakedownDirection>();
  const dialog = direction && (
    <TakedownDialog
      key={direction}
      stream={stream}
      direction={direction}
      watch={watch}
      onClose={() => setDirection(undefined)}
    />
  );
  return { dialog, open: setDirection };
}
