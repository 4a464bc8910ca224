import { useEffect, useState } from 'preact/hooks';
import { useServices } from '../shell/services.ts';

/** What is announced once the text is copied, or if it can't be. */
interface CopyWords {
  readonly yes: string;
  readonly refused: string;
}

/** Copies a text to the clipboard, and tells for a moment what came of it. */
export function useCopied(words: CopyWords): {
  readonly copied: 'no' | 'yes' | 'refused';
  /** Returns false if the clipboard is closed: not a secure origin, or refused. */
  copy(text: string): Promise<boolean>;
} {
  const { announce } = useServices();
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  useEffect(() => {
    if (copied === 'no') return;
    const timer = setTimeout(() => setCopied('no'), 2_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (text: string): Promise<boolean> => {
    const outcome = await navigator.clipboard.writeText(text).then(
      () => 'yes' as const,
      () => 'refused' as const,
    );
    setCopied(outcome);
    announce(words[outcome]);
    return outcome === 'yes';
  };
  return { copied, copy };
}
