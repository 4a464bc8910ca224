import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useChoice } from './use-choice.ts';

export interface ModeChoiceProps<Mode extends string> {
  /** `isHidden`: for screen readers only, below a heading that says the same. */
  readonly legend: { readonly text: string; readonly isHidden?: boolean };
  readonly modes: readonly { readonly mode: Mode; readonly name: string; readonly about: string }[];
  readonly current: Mode;
  /** Saves it. Rejects with what is shown as the fault. */
  readonly save: (mode: Mode) => Promise<void>;
  /** Below the modes. */
  readonly children?: ComponentChildren;
}

/** One of a few modes, each with a line about it; a click saves it. */
export function ModeChoice<Mode extends string>({
  legend,
  modes,
  current,
  save,
  children,
}: ModeChoiceProps<Mode>) {
  const name = useId();
  const { shown, busy, fault, choose } = useChoice(current, save);
  return (
    <fieldset class="choices">
      <legend class={legend.isHidden ? 'visually-hidden' : undefined}>{legend.text}</legend>
      {modes.map((choice) => (
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
      {children}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
