import { useEffect, useRef, useState } from 'preact/hooks';
import type { Broadcast, Stream } from '../api/types.ts';
import { formatWhen } from '../model/format.ts';
import { tokenOf, withToken } from '../model/playback-link.ts';
import { LifetimeField, usualLifetimeSeconds } from '../share/lifetime-field.tsx';
import { useApi, useServices } from '../shell/services.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TaskForm } from '../ui/task-dialog.tsx';
import { useTask } from '../ui/use-task.ts';

/** Makes a link to a recording of a signed stream: it carries a token, which is valid for a time. */
export function RecordingLink(props: {
  stream: Stream;
  broadcast: Broadcast;
  when: string;
  onClose: () => void;
}) {
  const { stream, broadcast, when, onClose } = props;
  const api = useApi();
  const { links, announce } = useServices();
  const [ttlSeconds, setTtlSeconds] = useState(usualLifetimeSeconds);
  const [made, setMade] = useState<{ readonly link: string; readonly expiresAt: string }>();
  const task = useTask();
  const done = useRef<HTMLButtonElement>(null);
  // The button that had the focus is gone.
  useEffect(() => done.current?.focus(), [made]);
  const make = async () => {
    const session = await api.createPlaybackSession(stream.id, { ttlSeconds });
    // Under “Who can watch”, where it can be revoked.
    links.addMade(stream.id, session);
    const token = tokenOf(session.playback.page) ?? '';
    setMade({ link: withToken(broadcast.playback.page, token), expiresAt: session.expiresAt });
    announce('Link created');
  };
  return (
    <Dialog title={`Link to the recording of ${when}`} onClose={onClose}>
      {made === undefined ? (
        <TaskForm
          confirm="Create link"
          doing="Creating…"
          tone="primary"
          run={make}
          task={task}
          onCancel={onClose}
        >
          <p>
            Until it expires, whoever has the link can watch this recording, and with its token the stream
            itself and its other recordings.
          </p>
          <LifetimeField seconds={ttlSeconds} onChange={setTtlSeconds} />
        </TaskForm>
      ) : (
        <>
          <CopyField label="Link" value={made.link} secret={tokenOf(made.link) ?? made.link} />
          <p class="quiet small">
            Valid until {formatWhen(Date.parse(made.expiresAt), Date.now())}. Copy it now: it isn’t stored.
            You can revoke it under “Who can watch”.
          </p>
          <div class="dialog-actions">
            <button ref={done} type="button" class="button button-primary" onClick={onClose}>
              Done
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
