import { useState } from 'preact/hooks';
import type { Stream, StreamEvent } from '../api/types.ts';
import { ffmpegLine, isLoopback, obsSettings, preferredPoint } from '../model/console/ingest.ts';
import { formatWhen } from '../model/format.ts';
import { isOnAir, shownState } from '../model/stream-state.ts';
import { useApi, useServices } from '../shell/services.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { TaskDialog } from '../ui/task-dialog.tsx';

/**
 * Where the broadcaster's encoder publishes, with which key, and how to set it up: the first thing to see, but folded while an
 * encoder is connected. `refusal`: the last one, if no encoder got through since.
 */
export function IngestPanel({ stream, refusal }: { stream: Stream; refusal: StreamEvent | undefined }) {
  const { keys } = useServices();
  const [asking, setAsking] = useState(false);
  const key = keys.get(stream.id);
  const { rtmps, rtmp } = stream.ingest;
  const preferred = preferredPoint(stream.ingest);
  const onAir = isOnAir(shownState(stream));
  return (
    <section class="panel console-connect" aria-labelledby="ingest-title">
      {/* Another element when it goes on or off the air: in between it is the reader’s to open or fold. */}
      <details key={String(onAir)} class="panel-fold" open={!onAir || key !== undefined}>
        <summary>
          <h2 id="ingest-title">Connect your encoder</h2>
        </summary>
        <div class="panel-body">
          {refusal && (
            <p class="note">
              <strong>The last try was refused</strong>, {formatWhen(Date.parse(refusal.at), Date.now())}.{' '}
              {refusal.text}
            </p>
          )}
          {preferred === rtmps ? (
            <CopyField label="Server (RTMPS, encrypted)" value={rtmps.url} />
          ) : (
            <CopyField
              label={`Server (RTMP, for encoders on this ${isLoopback(preferred) ? 'machine' : 'network'})`}
              value={preferred.url}
            />
          )}
          {key === undefined ? (
            <div class="key-unknown">
              <p>
                <strong>Stream key</strong>
              </p>
              <p class="quiet">
                This key can’t be shown again: a key is shown only once, when it’s created. If you don’t have
                it, create a new one.
              </p>
              <button type="button" class="button button-small" onClick={() => setAsking(true)}>
                Create a new key
              </button>
            </div>
          ) : (
            <>
              <CopyField label="Stream key" value={key} secret={key} />
              <p class="note">
                <strong>Copy the key now.</strong> It’s shown only once: Headwater stores just a fingerprint,
                so it can’t be shown again after a reload. Anyone with this key can broadcast.
              </p>
              <button type="button" class="button button-small button-quiet" onClick={() => setAsking(true)}>
                Create a new key
              </button>
            </>
          )}
          <div>
            <details class="fold">
              <summary>OBS settings</summary>
              <dl class="settings">
                {obsSettings(preferred).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </details>
            <details class="fold">
              <summary>ffmpeg command</summary>
              <CopyField label="ffmpeg command" value={ffmpegLine(preferred, key)} secret={key} multiline />
              {key === undefined && <p class="quiet">Replace YOUR-STREAM-KEY with your stream key.</p>}
            </details>
            {preferred !== rtmps && (
              <details class="fold">
                <summary>RTMPS on this {isLoopback(preferred) ? 'machine' : 'network'}</summary>
                <CopyField label="Server (RTMPS, encrypted)" value={rtmps.url} />
                <p class="quiet">
                  Its certificate is self-signed, so OBS rejects it until you trust it; “npm run live” says
                  how.
                </p>
              </details>
            )}
            {rtmp && preferred === rtmps && (
              <details class="fold">
                <summary>Encoders without RTMPS</summary>
                <CopyField label="Server (RTMP, not encrypted)" value={rtmp.url} />
                <p class="quiet">The key is sent unencrypted. Use only on a trusted network.</p>
              </details>
            )}
          </div>
        </div>
      </details>
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
    announce('New stream key created. It’s shown on this page.');
  };
  return (
    <TaskDialog
      title="Create a new stream key?"
      confirm="Create a new key"
      doing="Creating…"
      run={rotate}
      onClose={onClose}
    >
      <p>
        The current key keeps working for another hour, so you have time to change it in your encoder. After
        that, only the new key is accepted. A running broadcast continues.
      </p>
    </TaskDialog>
  );
}
