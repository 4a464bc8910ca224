import { useState } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { ffmpegLine, isLoopback, obsSettings } from '../model/ingest.ts';
import { useApi, useServices } from '../shell/services.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { TaskDialog } from '../ui/task-dialog.tsx';

/** Where the encoder sends to, with what key, and how to set it up. */
export function IngestPanel({ stream }: { stream: Stream }) {
  const { keys } = useServices();
  const [asking, setAsking] = useState(false);
  const key = keys.get(stream.id);
  const { rtmps, rtmp } = stream.ingest;
  return (
    <section class="panel" aria-labelledby="ingest-title">
      <h2 id="ingest-title">Connect your encoder</h2>
      <CopyField label="Server (RTMPS, encrypted)" value={rtmps.url} />
      {key === undefined ? (
        <div class="key-unknown">
          <p>
            <strong>Stream key</strong>
          </p>
          <p class="quiet">
            A key is shown once, when it is made, and this page does not know it any more. If you do not have
            it, make a new one.
          </p>
          <button type="button" class="button button-small" onClick={() => setAsking(true)}>
            Make a new key
          </button>
        </div>
      ) : (
        <>
          <CopyField label="Stream key" value={key} secret={key} />
          <p class="note">
            <strong>Copy the key now.</strong> It is shown this once: only a fingerprint of it is kept, and
            after a reload nobody can show it again. Who has it can broadcast here.
          </p>
          <button type="button" class="button button-small button-quiet" onClick={() => setAsking(true)}>
            Make a new key
          </button>
        </>
      )}
      <div>
        <details class="fold">
          <summary>OBS settings</summary>
          <dl class="settings">
            {obsSettings(rtmps).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
        <details class="fold">
          <summary>ffmpeg command</summary>
          <CopyField label="ffmpeg command" value={ffmpegLine(rtmps, key)} secret={key} multiline />
          {key === undefined && <p class="quiet">Put your stream key where it says YOUR-STREAM-KEY.</p>}
        </details>
        {rtmp && (
          <details class="fold">
            <summary>Encoder without RTMPS</summary>
            <CopyField label="Server (RTMP, not encrypted)" value={rtmp.url} />
            <p class="quiet">
              The key then crosses the network in the open: use it only where you trust the way.
              {isLoopback(rtmp) &&
                ' For a trial on one machine it is right: OBS refuses the certificate that a local platform makes for itself.'}
            </p>
          </details>
        )}
      </div>
      {asking && <RotateKey stream={stream} onClose={() => setAsking(false)} />}
    </section>
  );
}

function RotateKey({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const api = useApi();
  const { keys, announce } = useServices();
  const rotate = async () => {
    const { key } = await api.rotateKey(stream.id);
    keys.set(stream.id, key);
    announce('The new stream key is shown now.');
  };
  return (
    <TaskDialog
      title="Make a new stream key?"
      confirm="Make a new key"
      doing="Making it…"
      run={rotate}
      onClose={onClose}
    >
      <p>
        The key in use now works for an hour longer, so that you can change it in your encoder without a
        hurry. After that only the new one is accepted. A running broadcast goes on.
      </p>
    </TaskDialog>
  );
}
