import { useCallback, useState } from 'preact/hooks';
import type { Audience, Stream } from '../api/types.ts';
import { viewersNow } from '../audience/figures.ts';
import { watchPath } from '../model/routes.ts';
import { isOnAir, shownState } from '../model/stream-state.ts';
import { ShareButton } from '../share/share-button.tsx';
import { useServices } from '../shell/services.ts';
import { StateBadge } from '../ui/state-badge.tsx';
import { EndBroadcast } from './end-broadcast.tsx';
import { OnAirFor } from './on-air-for.tsx';

/** The stream's name and state, and what can be done with it as a whole. */
export function ConsoleHead(props: {
  stream: Stream;
  explanation: string;
  audience: Audience | undefined;
  onChanged: () => void;
}) {
  const { stream, explanation, audience, onChanged } = props;
  const { broadcast } = stream;
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
          <bdi>{stream.name}</bdi> <StateBadge state={state} />
        </h1>
        <p class="console-status">
          <span class="quiet">{explanation}</span>
          {isOnAir(state) && broadcast && <OnAirFor since={broadcast.startedAt} />}
          {isOnAir(state) && audience !== undefined && (
            <span class="tabular">{viewersNow(audience.viewers)}</span>
          )}
        </p>
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
