import { useId, useState } from 'preact/hooks';
import { faultWords } from '../api/client.ts';
import type { Broadcast, Stream } from '../api/types.ts';
import { FieldFaultsError } from '../model/field-faults.ts';
import { formatWhen } from '../model/format.ts';
import { clockText, isBeingMade, readClip, recordedMs } from '../model/recordings.ts';
import { useApi, useServices } from '../shell/services.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { usePolled } from '../ui/use-polled.ts';
import { useTask } from '../ui/use-task.ts';
import { DownloadItem } from './download-item.tsx';

/** Makes MP4 files of a recording, and offers those that are there. */
export function DownloadDialog(props: { stream: Stream; broadcast: Broadcast; onClose: () => void }) {
  const { stream, broadcast, onClose } = props;
  const api = useApi();
  const [waiting, setWaiting] = useState(true);
  const { value, fault, refresh } = usePolled(
    async () => {
      const downloads = await api.listDownloads(stream.id, broadcast.id);
      setWaiting(downloads.some(isBeingMade));
      return downloads;
    },
    waiting ? 1_000 : 10_000,
  );
  return (
    <Dialog
      title={`Download the recording of ${formatWhen(Date.parse(broadcast.startedAt), Date.now())}`}
      onClose={onClose}
    >
      <DownloadForm stream={stream} broadcast={broadcast} onAsked={refresh} onClose={onClose} />
      {fault !== undefined && (
        <p class="fault" role="alert">
          {faultWords(fault)}
        </p>
      )}
      {value !== undefined && value.length > 0 && (
        <section aria-label="Files">
          <ul class="download-list">
            {value.map((download) => (
              <DownloadItem key={download.id} stream={stream} download={download} />
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}

function DownloadForm(props: {
  stream: Stream;
  broadcast: Broadcast;
  onAsked: () => void;
  onClose: () => void;
}) {
  const { stream, broadcast, onAsked, onClose } = props;
  const api = useApi();
  const { announce } = useServices();
  const [part, setPart] = useState<'whole' | 'clip'>('whole');
  const [start, setStart] = useState('');
  const [end, setEnd] = useState('');
  const [rendition, setRendition] = useState('');
  const task = useTask(['start', 'end']);
  const id = useId();
  const { ms, isExact } = recordedMs(broadcast);

  const make = async () => {
    const wanted = rendition === '' ? {} : { rendition };
    if (part === 'whole') await api.createDownload(stream.id, broadcast.id, wanted);
    else {
      const clip = readClip({ start, end }, isExact ? ms : undefined);
      if ('faults' in clip) throw new FieldFaultsError(clip.faults as Record<string, string>);
      await api.createDownload(stream.id, broadcast.id, { ...clip, ...wanted });
    }
    announce('The file is being made. It appears below.');
    onAsked();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (!task.busy) void task.run(make);
  };

  return (
    <form onSubmit={submit} noValidate>
      <fieldset class="choices">
        <legend class="visually-hidden">What to download</legend>
        {(['whole', 'clip'] as const).map((choice) => (
          <label key={choice} class="choice">
            <input type="radio" name={id} checked={choice === part} onChange={() => setPart(choice)} />
            <span class="choice-text">
              {choice === 'whole' ? 'Whole recording' : 'A clip'}
              <span class="quiet small">
                {choice === 'whole'
                  ? `One MP4 file${ms === undefined ? '' : `, ${clockText(Math.round(ms / 1000) * 1000)} long`}.`
                  : 'Cut to the frame. Nothing is encoded again.'}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      {part === 'clip' && (
        <div class="clip-fields">
          <Field
            label="Start"
            value={start}
            fault={task.fieldFaults.start}
            onInput={setStart}
            input={{ maxLength: 20, placeholder: '0:00' }}
          />
          <Field
            label="End"
            value={end}
            fault={task.fieldFaults.end}
            onInput={setEnd}
            input={{
              maxLength: 20,
              placeholder: ms === undefined ? '0:00' : clockText(Math.floor(ms / 1000) * 1000),
            }}
          />
        </div>
      )}
      <label class="field" for={`${id}-rendition`}>
        <span>Quality</span>
        <select
          id={`${id}-rendition`}
          value={rendition}
          onChange={(event) => setRendition(event.currentTarget.value)}
        >
          <option value="">Best</option>
          {broadcast.renditions.map((each) => (
            <option key={each.id} value={each.id}>
              {each.height === undefined ? 'Sound only' : each.id}
            </option>
          ))}
        </select>
      </label>
      {task.fault !== undefined && (
        <p class="fault" role="alert">
          {task.fault}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button button-quiet" onClick={onClose}>
          Close
        </button>
        <button type="submit" class="button button-primary" disabled={task.busy}>
          {task.busy ? 'Asking…' : 'Make MP4'}
        </button>
      </div>
    </form>
  );
}
