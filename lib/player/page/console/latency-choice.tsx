import type { LatencyMode, Stream } from '../api/types.ts';
import { useApi, useServices } from '../shell/services.ts';
import { ModeChoice } from '../ui/mode-choice.tsx';

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
  const save = async (mode: LatencyMode) => {
    await api.chooseLatency(stream.id, mode);
    announce('Latency changed. The change applies from the next broadcast on.');
    onChanged();
  };
  return (
    <ModeChoice legend={{ text: 'Latency' }} modes={choices} current={stream.latency} save={save}>
      <p class="quiet small">Changes apply from the next broadcast on.</p>
    </ModeChoice>
  );
}
