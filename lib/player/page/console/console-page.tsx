import { useEffect } from 'preact/hooks';
import { consoleLooksMs } from '../../../config/console-looks.ts';
import { ApiError, faultWords } from '../api/client.ts';
import type { Stream } from '../api/types.ts';
import { useAudience } from '../audience/use-audience.ts';
import { explanationOf } from '../model/health/verdict.ts';
import { shownState, stateWords } from '../model/stream-state.ts';
import { useApi, useServices } from '../shell/services.ts';
import { usePolled } from '../ui/use-polled.ts';
import { ConsoleHead } from './console-head.tsx';
import { ConsolePanels } from './console-panels.tsx';
import { useHealth } from './health/use-health.ts';
import { TakedownBanner, useTakedownDialog } from './takedown/takedown-panel.tsx';
import { useTakedown } from './takedown/use-takedown.ts';
import { useEvents } from './use-events.ts';

/** Everything a broadcaster needs for one stream. */
export function ConsolePage({ id }: { id: string }) {
  const api = useApi();
  const { value: stream, fault, refresh } = usePolled(() => api.getStream(id), consoleLooksMs.stream);

  useEffect(() => {
    document.title = `${stream?.name ?? 'Stream'} · Headwater`;
  }, [stream?.name]);

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
  const { announce } = useServices();
  const journal = useEvents(stream.id, refresh);
  const health = useHealth(stream);
  const watch = useTakedown(stream, refresh);
  const takedown = useTakedownDialog(stream, watch);
  const audience = useAudience(stream.id);
  const state = shownState(stream);
  const explanation = explanationOf(state, health.health?.verdict);
  useEffect(() => announce(`${stateWords[state].word}. ${explanation}`), [announce, state, explanation]);

  return (
    <>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {faultWords(fault)} A running broadcast isn’t affected, but what you see here may be out of date.
        </p>
      )}
      <ConsoleHead stream={stream} explanation={explanation} audience={audience} onChanged={refresh} />
      <TakedownBanner stream={stream} onRestore={() => takedown.open('restore')} />
      <ConsolePanels
        stream={stream}
        journal={journal}
        health={health}
        audience={audience}
        takedown={watch}
        onTakedown={() => takedown.open('takedown')}
        onChanged={refresh}
      />
      {takedown.dialog}
    </>
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
