import { useId, useState } from 'preact/hooks';
import { faultWords } from '../api/client.ts';
import { consolePath } from '../model/routes.ts';
import { navigate } from '../shell/navigation.ts';
import { useApi, useServices } from '../shell/services.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Asks for a name, makes the stream and goes to its console, where the key is shown. */
export function CreateStream({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const { keys, announce } = useServices();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const id = useId();

  const create = async (event: Event) => {
    event.preventDefault();
    if (name.trim() === '') {
      setFault('Give the stream a name.');
      return;
    }
    setBusy(true);
    try {
      const stream = await api.createStream(name.trim());
      const { key } = stream.ingest.rtmps;
      if (key !== undefined) keys.set(stream.id, key);
      announce(`Stream ${stream.name} created. Its key is shown now.`);
      navigate(consolePath(stream.id));
    } catch (cause) {
      setFault(faultWords(cause));
      setBusy(false);
    }
  };

  return (
    <Dialog title="New stream" onClose={onClose}>
      <form onSubmit={create} noValidate>
        <label class="field" for={id}>
          <span>Name</span>
          <input
            id={id}
            type="text"
            value={name}
            maxLength={100}
            autocomplete="off"
            placeholder="Friday evening show"
            aria-describedby={fault ? `${id}-fault` : `${id}-hint`}
            aria-invalid={fault !== undefined}
            onInput={(input) => setName(input.currentTarget.value)}
          />
        </label>
        <p class="quiet" id={`${id}-hint`}>
          Viewers see it. You can change it later.
        </p>
        {fault && (
          <p class="fault" role="alert" id={`${id}-fault`}>
            {fault}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={busy}>
            {busy ? 'Creating…' : 'Create stream'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
