import { useEffect } from 'preact/hooks';
import { type PlayerAction, playerActionFor } from '../model/shortcuts.ts';

/** Lets the page's keys control the player. `wake` shows the controls. */
export function useShortcuts(act: (action: PlayerAction) => void, wake: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const focus = event.target instanceof HTMLElement ? event.target : document.body;
      // The focused control has used it.
      if (event.defaultPrevented || focus.closest('dialog')) return;
      const action = playerActionFor({
        key: event.key,
        modified: event.ctrlKey || event.metaKey || event.altKey,
        focus: {
          tag: focus.tagName,
          type: focus.getAttribute('type') ?? undefined,
          inMenu: focus.closest('[role="menu"]') !== null,
        },
      });
      if (action === undefined) return;
      event.preventDefault();
      wake();
      act(action);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [act, wake]);
}
