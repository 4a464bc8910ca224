import { useEffect, useState } from 'preact/hooks';
import { consoleLooksMs } from '../../../config/console-looks.ts';
import { faultWords } from '../api/client.ts';
import type { Broadcast, Stream } from '../api/types.ts';
import { formatWhen } from '../model/format.ts';
import { isRecorded } from '../model/recordings.ts';
import { isTakenDown } from '../model/stream-state.ts';
import { useApi } from '../shell/services.ts';
import { usePolled } from '../ui/use-polled.ts';
import { DeleteRecording } from './delete-recording.tsx';
import { DownloadDialog } from './download-dialog.tsx';
import { RecordingLink } from './recording-link.tsx';
import { RecordingRow } from './recording-row.tsx';

/** More rows on demand. */
const step = 5;

type Open = { readonly dialog: 'link' | 'download' | 'delete'; readonly broadcast: Broadcast };

/** A stream's recordings: to watch, share, download and delete. For the console of a stream. */
export function Recordings({ stream }: { stream: Stream }) {
  const api = useApi();
  const { value, fault, refresh } = usePolled(() => api.listBroadcasts(stream.id), consoleLooksMs.recordings);
  const { state, broadcast: newest } = stream;
  useEffect(refresh, [refresh, state, newest?.id]);
  const [shown, setShown] = useState(step);
  const [open, setOpen] = useState<Open>();
  const [deleted, setDeleted] = useState<ReadonlySet<string>>(new Set());
  const close = () => setOpen(undefined);
  const recordings = (value ?? []).filter((each) => isRecorded(each) && !deleted.has(each.id));

  return (
    <section class="panel recordings" aria-labelledby="recordings-title">
      <div class="panel-head">
        <h2 id="recordings-title">Recordings</h2>
        {recordings.length > 0 && <span class="quiet small">{recordings.length}</span>}
      </div>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {faultWords(fault)}
        </p>
      )}
      {isTakenDown(stream) && (
        <p class="quiet">While the stream is taken down, nobody can watch or download its recordings.</p>
      )}
      {value === undefined ? (
        fault === undefined && <p class="quiet">Loading the recordings…</p>
      ) : recordings.length === 0 ? (
        <p class="quiet">Each broadcast is recorded. When it has ended, you find it here.</p>
      ) : (
        <ul class="recording-list">
          {recordings.slice(0, shown).map((broadcast) => (
            <RecordingRow
              key={broadcast.id}
              stream={stream}
              broadcast={broadcast}
              onLink={() => setOpen({ dialog: 'link', broadcast })}
              onDownload={() => setOpen({ dialog: 'download', broadcast })}
              onDelete={() => setOpen({ dialog: 'delete', broadcast })}
            />
          ))}
        </ul>
      )}
      {recordings.length > shown && (
        <button type="button" class="button button-small" onClick={() => setShown(shown + 20)}>
          Show {Math.min(20, recordings.length - shown)} more
        </button>
      )}
      {open?.dialog === 'link' && (
        <RecordingLink
          stream={stream}
          broadcast={open.broadcast}
          when={formatWhen(Date.parse(open.broadcast.startedAt), Date.now())}
          onClose={close}
        />
      )}
      {open?.dialog === 'download' && (
        <DownloadDialog stream={stream} broadcast={open.broadcast} onClose={close} />
      )}
      {open?.dialog === 'delete' && (
        <DeleteRecording
          stream={stream}
          broadcast={open.broadcast}
          when={formatWhen(Date.parse(open.broadcast.startedAt), Date.now())}
          onDeleted={() => {
            setDeleted((before) => new Set([...before, open.broadcast.id]));
            refresh();
          }}
          onClose={close}
        />
      )}
    </section>
  );
}
