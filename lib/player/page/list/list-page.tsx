import { useEffect, useState } from 'preact/hooks';
import { faultWords } from '../api/client.ts';
import type { Stream, StreamPage } from '../api/types.ts';
import { formatWhen } from '../model/format.ts';
import { consolePath, watchPath } from '../model/routes.ts';
import { shownState } from '../model/stream-state.ts';
import { noticeHere } from '../shell/navigation.ts';
import { useApi, useServices } from '../shell/services.ts';
import { StateBadge } from '../ui/state-badge.tsx';
import { usePolled } from '../ui/use-polled.ts';
import { CreateStream } from './create-stream.tsx';
import { EmptyList } from './empty-list.tsx';

/** All streams with their states, and a button to create one. */
export function ListPage() {
  const api = useApi();
  const { value, fault } = usePolled(() => allStreams(api.listStreams), 3_000);
  const [creating, setCreating] = useState(false);
  useEffect(() => {
    document.title = 'Streams · Headwater';
  }, []);

  return (
    <>
      <div class="page-head">
        <h1>Streams</h1>
        <button type="button" class="button button-primary" onClick={() => setCreating(true)}>
          New stream
        </button>
      </div>
      {noticeHere() !== undefined && <p class="quiet">{noticeHere()}</p>}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {faultWords(fault)} {value ? 'What you see may be out of date.' : ''} Retrying every few seconds.
        </p>
      )}
      {value === undefined && fault === undefined && <p class="quiet">Loading the streams…</p>}
      {value?.length === 0 && <EmptyList onCreate={() => setCreating(true)} />}
      {value !== undefined && value.length > 0 && (
        <ul class="stream-list">
          {value.map((stream) => (
            <StreamCard key={stream.id} stream={stream} />
          ))}
        </ul>
      )}
      {creating && <CreateStream onClose={() => setCreating(false)} />}
    </>
  );
}

function StreamCard({ stream }: { stream: Stream }) {
  const { linkedRegion } = useServices();
  const { broadcast } = stream;
  const state = shownState(stream);
  return (
    <li class={`stream-card stream-card-${state}`}>
      <div class="stream-card-head">
        <h2>
          <a href={consolePath(stream.id)}>{stream.name}</a>
        </h2>
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
          aria-label={
            state === 'ended' && broadcast ? `Watch recording of ${stream.name}` : `Watch ${stream.name}`
          }
        >
          {state === 'ended' && broadcast ? 'Watch recording' : 'Watch'}
        </a>
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

/** Reads all pages of the list, at most ten: nobody with more than a thousand streams will browse them here. */
async function allStreams(listStreams: (cursor?: string) => Promise<StreamPage>): Promise<readonly Stream[]> {
  const streams: Stream[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 10; pages++) {
    const page = await listStreams(cursor);
    streams.push(...page.streams);
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return inOrder(streams);
}

/** Streams on air first, then the newest. */
function inOrder(streams: readonly Stream[]): readonly Stream[] {
  const rank = { live: 0, reconnecting: 1, starting: 2, ended: 3, idle: 3 };
  return streams.toSorted(
    (a, b) => rank[a.state] - rank[b.state] || Date.parse(b.createdAt) - Date.parse(a.createdAt),
  );
}
