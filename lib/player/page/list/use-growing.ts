import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Cards at a time: a few screens of them. */
const step = 48;

/**
 * How much of a long list is in the document: more each time its end comes into view, or on demand. Whatever `what` names begins anew.
 */
export function useGrowing(what: string): {
  readonly shown: number;
  readonly more: () => void;
  /** For the element at the end of what is shown. */
  readonly end: RefObject<HTMLParagraphElement | null>;
} {
  const [shown, setShown] = useState(step);
  const end = useRef<HTMLParagraphElement>(null);
  const more = useCallback(() => setShown((before) => before + step), []);
  useEffect(() => setShown(step), [what]);
  // Each time anew: an element that stays in view is reported once only.
  useEffect(() => {
    const element = end.current;
    if (!element) return;
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) more();
      },
      { rootMargin: '400px' },
    );
    watch.observe(element);
    return () => watch.disconnect();
  });
  return { shown, more, end };
}
