import { useId, useState } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { isOnAir } from '../model/stream-state.ts';
import { EmbeddingChoice } from '../share/embedding-choice.tsx';
import { useApi, useServices } from '../shell/services.ts';
import { useTask } from '../ui/use-task.ts';
import { DeleteStream } from './delete-stream.tsx';
import { EncoderChoice } from './encoder-choice.tsx';
import { LatencyChoice } from './latency-choice.tsx';

/** The stream's name, encoder and latency, and its deletion. */
export function SettingsPanel({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const [deleting, setDeleting] = useState(false);
  return (
    <section class="panel" aria-labelledby="settings-title">
      <h2 id="settings-title">Stream settings</h2>
      <Rename stream={stream} onChanged={onChanged} />
      <EncoderChoice stream={stream} onChanged={onChanged} />
      <LatencyChoice stream={stream} onChanged={onChanged} />
      <EmbeddingChoice stream={stream} onChanged={onChanged} />
      <button type="button" class="button button-small button-danger-quiet" onClick={() => setDeleting(true)}>
        {isOnAir(stream.state) ? 'End and delete…' : 'Delete stream…'}
      </button>
      {deleting && <DeleteStream stream={stream} onClose={() => setDeleting(false)} />}
    </section>
  );
}

function Rename({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const api = useApi();
  const { announce } = useServices();
  const [name, setName] = useState(stream.name);
  const task = useTask();
  const id = useId();
  const changed = name.trim() !== '' && name.trim() !== stream.name;
  const rename = (event: Event) => {
    event.preventDefault();
    if (!changed) return;
    void task.run(async () => {
      await api.renameStream(stream.id, name.trim());
      announce('Stream renamed');
      onChanged();
    });
  };
  return (
    <form class="rename" onSubmit={rename} noValidate>
      <label class="field" for={id}>
        <span>Name</span>
        <input
          id={id}
          type="text"
          dir="auto"
          value={name}
          maxLength={100}
          autocomplete="off"
          onInput={(input) => setName(input.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button button-small" disabled={!changed || task.busy}>
        Rename
      </button>
      {task.fault && (
        <p class="fault" role="alert">
          {task.fault}
        </p>
      )}
    </form>
  );
}
