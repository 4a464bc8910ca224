import { useId } from 'preact/hooks';
import type { HealthWindow } from '../../api/types.ts';

const windows: readonly (readonly [window: HealthWindow, name: string])[] = [
  ['recent', 'Last 10 minutes'],
  ['broadcast', 'Whole broadcast'],
];

/** What the graphs cover. */
export function WindowChoice(props: { wanted: HealthWindow; onChoose: (window: HealthWindow) => void }) {
  const { wanted, onChoose } = props;
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">Graphs show</legend>
      {windows.map(([window, words]) => (
        <label key={window}>
          <input
            type="radio"
            class="visually-hidden"
            name={name}
            checked={window === wanted}
            onChange={() => onChoose(window)}
          />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}
