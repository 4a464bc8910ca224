import { useId } from 'preact/hooks';
import type { LatencyMode, Stream } from '../api/types.ts';
import { useApi, useServices } from '../shell/services.ts';
import { useChoice } from '../ui/use-choice.ts';

const choices: readonly { mode: LatencyMode; name: string; about: string }[] = [
  { mode: 'low', name: 'Low', about: 'Viewers are about 2 seconds behind the broadcaster.' },
  {
    mode: 'standard',
    name: 'Standard',
    about: 'Viewers are about 7 seconds behind. Safer on bad networks, and fewer requests.',
  },
];

/** How far viewers are behind the broadcaster. */
export function LatencyChoice({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const api = useApi();
  const { announce } = useServices();
  const name = useId();
  const { shown, busy, fault, choose } = useChoice(stream.latency, async (mode) => {
    await api.chooseLatency(stream.id, mode);
    announce('Latency changed. The change applies from the next broadcast on.');
    onChanged();
  });
  return (
    <fieldset class="choices">
      <legend>Latency</legend>
      {choices.map((choice) => (
        <label key={choice.mode} class="choice">
          <input
            type="radio"
            name={name}
            value={choice.mode}
            checked={choice.mode === shown}
            disabled={busy}
            onChange={() => void choose(choice.mode)}
          />
          <span class="choice-text">
            {choice.name}
            <span class="quiet small">{choice.about}</span>
          </span>
        </label>
      ))}
      <p class="quiet small">Changes apply from the next broadcast on.</p>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
