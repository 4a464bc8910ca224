import { useState } from 'preact/hooks';
import type { Destination, Stream } from '../api/types.ts';
import { destinationStatus, destinationWords } from '../model/console/destinations.ts';
import { useApi, useServices } from '../shell/services.ts';
import { Badge } from '../ui/state-badge.tsx';
import { TaskDialog } from '../ui/task-dialog.tsx';
import { useTask } from '../ui/use-task.ts';
import { AddDestination } from './add-destination.tsx';

/** The stream's destinations (simulcast) and the state of each push. */
export function DestinationsPanel({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Destination>();
  const { destinations } = stream;
  return (
    <section class="panel" aria-labelledby="destinations-title">
      <h2 id="destinations-title">Other destinations</h2>
      <p class="quiet">
        RTMP servers that also receive what you send, as it arrives. A slow or failed destination doesn’t
        affect your viewers.
      </p>
      {destinations.length > 0 && (
        <ul>
          {destinations.map((destination) => (
            <DestinationRow
              key={destination.id}
              streamId={stream.id}
              destination={destination}
              onChanged={onChanged}
              onRemove={() => setRemoving(destination)}
            />
          ))}
        </ul>
      )}
      <button type="button" class="button button-small" onClick={() => setAdding(true)}>
        Add a destination
      </button>
      {adding && <AddDestination streamId={stream.id} onAdded={onChanged} onClose={() => setAdding(false)} />}
      {removing && (
        <RemoveDestination
          streamId={stream.id}
          destination={removing}
          onRemoved={onChanged}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </section>
  );
}

function DestinationRow(props: {
  streamId: string;
  destination: Destination;
  onChanged: () => void;
  onRemove: () => void;
}) {
  const { streamId, destination, onChanged, onRemove } = props;
  const { id, name, url, enabled } = destination;
  const api = useApi();
  const { announce } = useServices();
  const { busy, fault, run } = useTask();
  const { word, badge, shape } = destinationWords(destination);
  const turn = () =>
    run(async () => {
      await api.changeDestination(streamId, id, { enabled: !enabled });
      announce(`${name} turned ${enabled ? 'off' : 'on'}`);
      onChanged();
    });
  return (
    <li class="process destination" aria-label={name}>
      <div>
        <p class="process-name">
          <strong>
            <bdi>{name}</bdi>
          </strong>
          <Badge kind={badge} shape={shape} word={word} />
        </p>
        <p class="small address">{url}</p>
        <p class="quiet small">{destinationStatus(destination, Date.now())}</p>
        {fault !== undefined && (
          <p class="field-fault" role="alert">
            {fault}
          </p>
        )}
      </div>
      <div class="process-buttons">
        <button
          type="button"
          class="button button-small"
          aria-label={`Turn ${enabled ? 'off' : 'on'} ${name}`}
          aria-disabled={busy}
          onClick={() => !busy && void turn()}
        >
          {enabled ? 'Turn off' : 'Turn on'}
        </button>
        <button
          type="button"
          class="button button-small button-danger-quiet"
          aria-label={`Remove ${name}`}
          onClick={onRemove}
        >
          Remove
        </button>
      </div>
    </li>
  );
}

function RemoveDestination(props: {
  streamId: string;
  destination: Destination;
  onRemoved: () => void;
  onClose: () => void;
}) {
  const { streamId, destination, onRemoved, onClose } = props;
  const api = useApi();
  const { announce } = useServices();
  const remove = async () => {
    await api.removeDestination(streamId, destination.id);
    announce(`${destination.name} removed`);
    onRemoved();
  };
  return (
    <TaskDialog
      title={`Remove “${destination.name}”?`}
      confirm="Remove"
      doing="Removing…"
      run={remove}
      onClose={onClose}
    >
      <p>
        Nothing more is sent to it and its key is deleted: you’ll need the key to add it again. Your broadcast
        here continues.
      </p>
    </TaskDialog>
  );
}
