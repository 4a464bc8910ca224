import type { Audience, Stream } from '../api/types.ts';
import { AudiencePanel } from '../audience/audience-panel.tsx';
import { lastRefusal } from '../model/console/journal.ts';
import { isOnAir, shownState } from '../model/stream-state.ts';
import { Recordings } from '../recordings/recordings.tsx';
import { DestinationsPanel } from './destinations-panel.tsx';
import { EventLog } from './event-log.tsx';
import { HealthPanel } from './health/health-panel.tsx';
import type { HealthWatch } from './health/use-health.ts';
import { IngestPanel } from './ingest-panel.tsx';
import { InputPanel } from './input-panel.tsx';
import { PlaybackPanel } from './playback-panel.tsx';
import { Preview } from './preview.tsx';
import { RenditionsTable } from './renditions-table.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { TakedownPanel } from './takedown/takedown-panel.tsx';
import type { TakedownWatch } from './takedown/use-takedown.ts';
import type { Journal } from './use-events.ts';

/**
 * The panels in the order in which a broadcaster needs them, in two columns where there is room. Off air, what an encoder needs to
 * connect comes first; on air, the picture and beside it how it arrives.
 */
export function ConsolePanels(props: {
  stream: Stream;
  journal: Journal;
  health: HealthWatch;
  audience: Audience | undefined;
  takedown: TakedownWatch;
  onTakedown: () => void;
  onChanged: () => void;
}) {
  const { stream, journal, health, audience, takedown, onTakedown, onChanged } = props;
  const state = shownState(stream);
  const onAir = isOnAir(state);
  const { broadcast } = stream;

  // With keys: what is open or plays goes on when the order changes.
  const preview = <Preview key="preview" stream={stream} />;
  const now = (
    <div key="now" class="console-now">
      {onAir && <HealthPanel stream={stream} watch={health} events={journal.events} />}
      <IngestPanel key="connect" stream={stream} refusal={lastRefusal(journal.events, Date.now())} />
    </div>
  );
  const log = <EventLog key="log" journal={journal} />;
  const watched = audience && <AudiencePanel key="audience" audience={audience} />;
  const recordings = <Recordings key="recordings" stream={stream} />;
  const sent = onAir && broadcast && (
    <>
      <InputPanel
        broadcast={broadcast}
        isAway={state === 'reconnecting'}
        isMeasured={health.health !== undefined}
      />
      <RenditionsTable renditions={broadcast.renditions} />
    </>
  );
  const main = (
    <div key="main" class="console-main">
      {onAir ? [watched, log, sent, recordings] : [recordings, watched, log]}
    </div>
  );
  const side = (
    <div key="side" class="console-side">
      <PlaybackPanel stream={stream} onChanged={onChanged} />
      <DestinationsPanel stream={stream} onChanged={onChanged} />
      <SettingsPanel stream={stream} onChanged={onChanged} />
      <TakedownPanel stream={stream} watch={takedown} onTakedown={onTakedown} />
    </div>
  );
  return (
    <div class={onAir ? 'console console-on' : 'console console-off'}>
      {onAir ? [preview, now, main, side] : [now, preview, main, side]}
    </div>
  );
}
