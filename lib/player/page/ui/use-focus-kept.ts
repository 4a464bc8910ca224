import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Moves the focus to the page's main area if the focused element is removed; otherwise it would restart at the top. */
export function useFocusKept(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const mine = element.current;
    return () => {
      if (mine !== null && document.activeElement === mine)
        document.getElementById('main')?.focus({ preventScroll: true });
    };
  }, [element]);
}
