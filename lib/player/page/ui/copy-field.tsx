import { useEffect, useRef, useState } from 'preact/hooks';
import { useServices } from '../shell/services.ts';
import { Icon } from './icons.tsx';

/** A text to copy: shown in full, selectable, with a copy button. */
export function CopyField(props: {
  label: string;
  value: string;
  /** A part of the value that is masked until the user reveals it. */
  secret?: string;
  multiline?: boolean;
}) {
  const { label, value, secret, multiline = false } = props;
  const { announce } = useServices();
  const [shown, setShown] = useState(secret === undefined);
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  const text = useRef<HTMLElement>(null);

  useEffect(() => {
    if (copied === 'no') return;
    const timer = setTimeout(() => setCopied('no'), 2_500);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied('yes');
      announce(`${label} copied`);
    } catch {
      // Not a secure origin, or refused: select the text, so that copying by keyboard works.
      setShown(true);
      if (text.current) getSelection()?.selectAllChildren(text.current);
      setCopied('refused');
      announce(`${label} selected. Press Control+C to copy it.`);
    }
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
            onClick={copy}
          >
            <Icon name={copied === 'yes' ? 'check' : 'copy'} />
            {copied === 'yes' ? 'Copied' : copied === 'refused' ? 'Ctrl+C' : 'Copy'}
          </button>
        </span>
      </div>
    </div>
  );
}
