import { useCallback, useState } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { watchPath } from '../model/routes.ts';
import { isOnAir, shownState } from '../model/stream-state.ts';
import { ShareButton } from '../share/share-button.tsx';
import { useServices } from '../shell/services.ts';
import { StateBadge } from '../ui/state-badge.tsx';
import { EndBroadcast } from './end-broadcast.tsx';

/** The stream's name and state, and what can be done with it as a whole. */
export function ConsoleHead(props: { stream: Stream; explanation: string; onChanged: () => void }) {
  const { stream, explanation, onChanged } = props;
  const { linkedRegion, settings } = useServices();
  const [ending, setEnding] = useState(false);
  const closeEnding = useCallback(() => setEnding(false), []);
  const state = shownState(stream);
  return (
    <div class="page-head console-head">
      <div>
        <p class="crumb">
          <a href="/">Streams</a>
        </p>
        <h1>
          {stream.name} <StateBadge state={state} />
        </h1>
        <p class="quiet">{explanation}</p>
      </div>
      <div class="actions">
        <ShareButton
          shared={{
            streamId: stream.id,
            region: settings.region,
            name: stream.name,
            media: stream.playback,
            isSigned: stream.playback.access === 'signed',
          }}
        />
        <a class="button" href={watchPath(stream.id, linkedRegion)}>
          Open viewer page
        </a>
        {isOnAir(state) && (
          <button type="button" class="button button-danger" onClick={() => setEnding(true)}>
            End broadcast
          </button>
        )}
      </div>
      {ending && <EndBroadcast stream={stream} onClose={closeEnding} onEnded={onChanged} />}
    </div>
  );
}
