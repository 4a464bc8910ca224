import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  /** Error text. */
  readonly fault: string | undefined;
  readonly onInput: (value: string) => void;
  /** Masked while typing; browsers don't offer to save it. */
  readonly secret?: boolean;
  readonly input: { readonly maxLength: number; readonly placeholder?: string; readonly inputMode?: 'url' };
}

/** A text field with its label, hint and error. */
export function Field({ label, value, hint, fault, onInput, secret = false, input }: FieldProps) {
  const id = useId();
  const described = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(' ');
  const common = {
    ...input,
    id,
    value,
    'aria-describedby': described || undefined,
    'aria-invalid': fault !== undefined,
    onInput: (event: InputEvent & { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field-block">
      <label class="field" for={id}>
        <span>{label}</span>
        {secret ? (
          <input type="password" autocomplete="new-password" {...common} />
        ) : (
          <input type="text" dir="auto" autocomplete="off" {...common} />
        )}
      </label>
      {fault !== undefined && (
        <p class="field-fault" role="alert" id={`${id}-fault`}>
          {fault}
        </p>
      )}
      {hint !== undefined && (
        <p class="quiet small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
