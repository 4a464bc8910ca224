import { useState } from 'preact/hooks';
import type { Embedding, Stream } from '../api/types.ts';
import { useApi, useServices } from '../shell/services.ts';
import { ModeChoice } from '../ui/mode-choice.tsx';
import { useTask } from '../ui/use-task.ts';

type Mode = 'anywhere' | 'sites' | 'nowhere';

const choices: readonly { mode: Mode; name: string; about: string }[] = [
  { mode: 'anywhere', name: 'Any website', about: 'Whoever has the embed code can show the player.' },
  { mode: 'sites', name: 'Only these websites', about: 'The player stays empty everywhere else.' },
  { mode: 'nowhere', name: 'No website', about: 'The stream plays on this site alone.' },
];

const modeOf = (embedding: Embedding): Mode => (typeof embedding === 'string' ? embedding : 'sites');

/** Which other websites may show the player. */
export function EmbeddingChoice({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const api = useApi();
  const { announce } = useServices();
  // Nothing to save before the first site is named.
  const [naming, setNaming] = useState(false);
  const mode = naming ? 'sites' : modeOf(stream.embedding);
  const save = async (embedding: Embedding) => {
    await api.chooseEmbedding(stream.id, embedding);
    setNaming(false);
    announce('Changed. It takes effect within a few minutes.');
    onChanged();
  };
  const choose = async (next: Mode) => {
    if (next === 'sites') setNaming(true);
    else await save(next);
  };
  return (
    <ModeChoice legend={{ text: 'Embedding' }} modes={choices} current={mode} save={choose}>
      {mode === 'sites' && <Sites embedding={stream.embedding} save={save} />}
    </ModeChoice>
  );
}

function Sites({
  embedding,
  save,
}: {
  embedding: Embedding;
  save: (sites: readonly string[]) => Promise<void>;
}) {
  const stored = typeof embedding === 'string' ? '' : embedding.join('\n');
  const [text, setText] = useState(stored);
  const { busy, fault, run } = useTask();
  const sites = text.split(/[\s,]+/).filter((site) => site !== '');
  return (
    <div class="field-block">
      <label class="field">
        <span>Websites, one a line</span>
        <textarea
          rows={3}
          value={text}
          placeholder="https://example.com"
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <p class="quiet small">
        With https://, without a path. “https://*.example.com” is every host below it.
      </p>
      {fault !== undefined && (
        <p class="field-fault" role="alert">
          {fault}
        </p>
      )}
      <div>
        <button
          type="button"
          class="button button-small"
          disabled={busy || sites.length === 0 || sites.join('\n') === stored}
          onClick={() => void run(() => save(sites))}
        >
          {busy ? 'Saving…' : 'Save websites'}
        </button>
      </div>
    </div>
  );
}
