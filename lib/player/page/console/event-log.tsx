import type { FeedMode } from '../api/event-feed.ts';
import type { StreamEvent } from '../api/types.ts';
import { formatTimeOfDay, formatWhen } from '../model/format.ts';
import type { Journal } from './use-events.ts';

const modeWords: Readonly<Record<FeedMode, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  polling: 'Updated every 3 seconds',
  unreachable: 'Unreachable, retrying…',
};

/** The stream's event log, newest first. */
export function EventLog({ journal: { events, mode } }: { journal: Journal }) {
  return (
    <section class="panel" aria-labelledby="events-title">
      <div class="panel-head">
        <h2 id="events-title">Event log</h2>
        <span class="quiet small">{modeWords[mode]}</span>
      </div>
      {events.length === 0 ? (
        <p class="quiet">Events of this stream appear here.</p>
      ) : (
        // A scrolling area must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls.
        <div class="events" tabIndex={0} role="log" aria-labelledby="events-title">
          <ol>
            {events.map((event) => (
              <li key={event.sequence} class={`event event-${tone(event)}`}>
                <time dateTime={event.at} title={formatWhen(Date.parse(event.at), Date.now())}>
                  {formatTimeOfDay(Date.parse(event.at))}
                </time>
                <span>{event.text}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

/** How an event is marked; its text carries the same information. */
function tone({ type, data }: StreamEvent): 'good' | 'bad' | 'plain' {
  if (type === 'stream.health') return data.verdict === 'excellent' ? 'good' : 'bad';
  if (/live|published|resumed|restored|running|reconnected$/.test(type)) return 'good';
  if (/fail|lost|refused|reconnecting|shed|full|taken_down|waiting|orphan/.test(type)) return 'bad';
  return 'plain';
}
