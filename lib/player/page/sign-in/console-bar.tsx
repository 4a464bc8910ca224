import { useId } from 'preact/hooks';
import { useTask } from '../ui/use-task.ts';

interface ConsoleBarProps {
  readonly regions: readonly string[];
  readonly region: string;
  readonly onRegion: (region: string) => void;
  /** Name of the user, if known. */
  readonly who: string | undefined;
  readonly signOut: () => Promise<void>;
}

/** Above the console: which region's streams it shows, if there are several, and who has signed in. */
export function ConsoleBar({ regions, region, onRegion, who, signOut }: ConsoleBarProps) {
  const id = useId();
  const task = useTask();
  return (
    <div class="console-bar">
      {regions.length > 1 && (
        <label class="field field-inline" for={id}>
          <span>Region</span>
          <select id={id} value={region} onChange={({ currentTarget }) => onRegion(currentTarget.value)}>
            {regions.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="console-bar-user">
        {who !== undefined && <span class="quiet small">{who}</span>}
        <button
          type="button"
          class="button button-small"
          disabled={task.busy}
          onClick={() => void task.run(signOut)}
        >
          {task.busy ? 'Signing out…' : 'Sign out'}
        </button>
      </div>
    </div>
  );
}
