import { useRef, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { useCopied } from './use-copied.ts';

/** A text to copy: shown in full, selectable, with a copy button. */
export function CopyField(props: {
  label: string;
  value: string;
  /** A part of the value that is masked until the user reveals it. */
  secret?: string;
  multiline?: boolean;
}) {
  const { label, value, secret, multiline = false } = props;
  const [shown, setShown] = useState(secret === undefined);
  const { copied, copy } = useCopied({
    yes: `${label} copied`,
    refused: `${label} selected. Press Control+C to copy it.`,
  });
  const text = useRef<HTMLElement>(null);

  const copyOrSelect = async () => {
    if (await copy(value)) return;
    // Copying by keyboard works.
    setShown(true);
    if (text.current) getSelection()?.selectAllChildren(text.current);
  };

  return (
    <div class={multiline ? 'copy copy-block' : 'copy'}>
      <span class="copy-label">{label}</span>
      <div class="copy-row">
        <code ref={text} class="copy-text">
          {shown ? value : value.replace(secret ?? '', '•'.repeat(24))}
        </code>
        <span class="copy-buttons">
          {secret !== undefined && (
            <button
              type="button"
              class="button button-small button-quiet"
              aria-pressed={shown}
              aria-label={`Show ${label}`}
              onClick={() => setShown(!shown)}
            >
              {shown ? 'Hide' : 'Show'}
            </button>
          )}
          <button
            type="button"
            class="button button-small button-quiet"
            aria-label={`Copy ${label}`}
            onClick={copyOrSelect}
          >
            <Icon name={copied === 'yes' ? 'check' : 'copy'} />
            {copied === 'yes' ? 'Copied' : copied === 'refused' ? 'Ctrl+C' : 'Copy'}
          </button>
        </span>
      </div>
    </div>
  );
}
