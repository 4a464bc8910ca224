import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError, faultWords } from '../api/client.ts';
import type { Stream } from '../api/types.ts';
import { AudiencePanel } from '../audience/audience-panel.tsx';
import { watchPath } from '../model/routes.ts';
import { isOnAir, shownState, stateWords } from '../model/stream-state.ts';
import { useApi, useServices } from '../shell/services.ts';
import { StateBadge } from '../ui/state-badge.tsx';
import { usePolled } from '../ui/use-polled.ts';
import { DestinationsPanel } from './destinations-panel.tsx';
import { EndBroadcast } from './end-broadcast.tsx';
import { EventLog } from './event-log.tsx';
import { HealthPanel } from './health-panel.tsx';
import { IngestPanel } from './ingest-panel.tsx';
import { PlaybackPanel } from './playback-panel.tsx';
import { Preview } from './preview.tsx';
import { ProcessesPanel } from './processes-panel.tsx';
import { RenditionsTable } from './renditions-table.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { TakedownBanner, TakedownPanel, useTakedownDialog } from './takedown-panel.tsx';
import { useTakedown } from './use-takedown.ts';

/** Everything a broadcaster needs for one stream. */
export function ConsolePage({ id }: { id: string }) {
  const api = useApi();
  const { announce } = useServices();
  const { value: stream, fault, refresh } = usePolled(() => api.getStream(id), 2_000);
  const state = stream && shownState(stream);

  useEffect(() => {
    document.title = `${stream?.name ?? 'Stream'} · Headwater`;
  }, [stream?.name]);
  useEffect(() => {
    if (state) announce(`${stateWords[state].word}. ${stateWords[state].explanation}`);
  }, [state, announce]);

  if (fault instanceof ApiError && fault.status === 404) return <MissingStream />;
  if (stream === undefined) {
    return (
      <section class="notice">
        <h1>Stream console</h1>
        {fault === undefined ? (
          <p class="quiet">Loading the stream…</p>
        ) : (
          <p class="fault" role="alert">
            {faultWords(fault)} Retrying every few seconds.
          </p>
        )}
      </section>
    );
  }
  return <Console stream={stream} fault={fault} refresh={refresh} />;
}

function Console(props: { stream: Stream; fault: unknown; refresh: () => void }) {
  const { stream, fault, refresh } = props;
  const { processes } = useServices();
  const watch = useTakedown(stream, refresh);
  const takedown = useTakedownDialog(stream, watch);
  return (
    <>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {faultWords(fault)} A running broadcast isn’t affected, but what you see here may be out of date.
        </p>
      )}
      <ConsoleHead stream={stream} onChanged={refresh} />
      <TakedownBanner stream={stream} onRestore={() => takedown.open('restore')} />
      <div class={isOnAir(stream.state) ? 'console' : 'console console-off'}>
        <div class="console-main">
          <Preview stream={stream} />
          {isOnAir(stream.state) && stream.broadcast && (
            <>
              <HealthPanel broadcast={stream.broadcast} />
              <RenditionsTable renditions={stream.broadcast.renditions} />
            </>
          )}
          <AudiencePanel id={stream.id} />
          {processes && (
            <ProcessesPanel
              client={processes}
              broadcast={isOnAir(stream.state) ? stream.broadcast : undefined}
            />
          )}
        </div>
        <div class="console-side">
          <IngestPanel stream={stream} />
          <PlaybackPanel stream={stream} onChanged={refresh} />
          <EventLog id={stream.id} onNews={refresh} />
          <DestinationsPanel stream={stream} onChanged={refresh} />
          <SettingsPanel stream={stream} onChanged={refresh} />
          <TakedownPanel stream={stream} watch={watch} onTakedown={() => takedown.open('takedown')} />
        </div>
      </div>
      {takedown.dialog}
    </>
  );
}

function ConsoleHead({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const { linkedRegion } = useServices();
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
        <p class="quiet">{stateWords[state].explanation}</p>
      </div>
      <div class="actions">
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

function MissingStream() {
  const { linkedRegion } = useServices();
  return (
    <section class="notice">
      <h1>Stream not found</h1>
      <p>
        The address may be mistyped, or the stream may have been deleted.
        {linkedRegion !== undefined && ` Each region has its own streams; this one isn’t in ${linkedRegion}.`}
      </p>
      <a class="button" href="/">
        See all streams
      </a>
    </section>
  );
}
