import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** An element that goes while it has the focus hands it to the page: the keyboard would begin at its top otherwise. */
export function useFocusKept(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const mine = element.current;
    return () => {
      if (mine !== null && document.activeElement === mine)
        document.getElementById('main')?.focus({ preventScroll: true });
    };
  }, [element]);
}
