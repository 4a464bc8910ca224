import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** The controls hide over a playing picture after this long without input. */
const hideAfterMs = 3_000;

/** True shortly after pointer or keyboard activity inside the player. */
export function useAwake(frame: RefObject<HTMLElement | null>): [awake: boolean, wake: () => void] {
  const [awake, setAwake] = useState(true);
  const stir = useRef(() => {});
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const rest = () => {
      // Controls stay visible while one has the keyboard focus or a menu is open.
      const held = element.querySelector(':focus-visible, [role="menu"]') !== null;
      if (held) timer = setTimeout(rest, hideAfterMs);
      else setAwake(false);
    };
    stir.current = () => {
      setAwake(true);
      clearTimeout(timer);
      timer = setTimeout(rest, hideAfterMs);
    };
    const stirred = () => stir.current();
    stirred();
    const names = ['pointermove', 'pointerdown', 'focusin'];
    for (const name of names) element.addEventListener(name, stirred);
    return () => {
      clearTimeout(timer);
      for (const name of names) element.removeEventListener(name, stirred);
    };
  }, [frame]);
  const wake = useRef(() => stir.current());
  return [awake, wake.current];
}
