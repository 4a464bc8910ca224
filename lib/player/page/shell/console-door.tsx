import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ConsoleConfig } from '../../policy/runtime-config.ts';
import type { Door } from '../sign-in/door.tsx';
import { NotLoaded } from './loaded-page.tsx';

/** The login in front of the console. Its script is loaded on demand: viewers don't need it. */
export function ConsoleDoor({ config, children }: { config: ConsoleConfig; children: ComponentChildren }) {
  const [loaded, setLoaded] = useState<{ readonly Door?: typeof Door }>();
  useEffect(() => {
    import('../sign-in/door.tsx').then(setLoaded, () => setLoaded({}));
  }, []);
  if (loaded === undefined) return null;
  return loaded.Door ? <loaded.Door config={config}>{children}</loaded.Door> : <NotLoaded />;
}
