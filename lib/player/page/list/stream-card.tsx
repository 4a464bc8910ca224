import { useMemo } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { formatWhen } from '../model/format.ts';
import { leftNothing } from '../model/recordings.ts';
import { consolePath, watchPath } from '../model/routes.ts';
import { isOnAir, shownState } from '../model/stream-state.ts';
import { useServices } from '../shell/services.ts';
import { Poster } from '../ui/poster.tsx';
import { StateBadge } from '../ui/state-badge.tsx';

/** One stream of the list. Drawn again only if something of it has changed: there may be a thousand. */
export function StreamCard({ stream }: { stream: Stream }) {
  const { linkedRegion } = useServices();
  return useMemo(() => <Card stream={stream} linkedRegion={linkedRegion} />, [stream, linkedRegion]);
}

function Card({ stream, linkedRegion }: { stream: Stream; linkedRegion: string | undefined }) {
  const { playback } = stream;
  const state = shownState(stream);
  const isRecorded = state === 'ended' && !leftNothing(stream);
  const watch = isRecorded ? 'Watch recording' : 'Watch';
  return (
    <li class={`stream-card stream-card-${state}`}>
      <Poster
        // A signed stream's needs a link, which the list makes for none of its streams.
        url={playback.access === 'public' && state !== 'taken-down' ? playback.poster : undefined}
        live={isOnAir(state)}
      />
      <div class="stream-card-body">
        <div class="stream-card-head">
          <h3>
            <a href={consolePath(stream.id)}>
              <bdi>{stream.name}</bdi>
            </a>
          </h3>
          <StateBadge state={state} />
        </div>
        <p class="quiet">{history(stream)}</p>
        <div class="stream-card-foot">
          <a
            class="button button-small"
            href={consolePath(stream.id)}
            aria-label={`Console for ${stream.name}`}
          >
            Console
          </a>
          <a
            class="button button-small button-quiet"
            href={watchPath(stream.id, linkedRegion)}
            aria-label={`${watch}${isRecorded ? ' of' : ''} ${stream.name}`}
          >
            {watch}
          </a>
        </div>
      </div>
    </li>
  );
}

/** One line about the stream's latest activity. */
function history(stream: Stream): string {
  const { broadcast, createdAt, takedown } = stream;
  const state = shownState(stream);
  if (takedown && state === 'taken-down') {
    return `Taken down ${formatWhen(Date.parse(takedown.askedAt), Date.now())}: ${takedown.reason}`;
  }
  if (broadcast === undefined)
    return `Created ${formatWhen(Date.parse(createdAt), Date.now())}, not on air yet`;
  if (state === 'ended') {
    return `Last on air ${formatWhen(Date.parse(broadcast.endedAt ?? broadcast.startedAt), Date.now())}`;
  }
  return `On air since ${formatWhen(Date.parse(broadcast.startedAt), Date.now())}`;
}
