import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ConsoleConfig, TokenConsole } from '../../policy/runtime-config.ts';
import type { Door } from '../sign-in/door.tsx';
import type { TokenDoor } from '../sign-in/token-door.tsx';
import { NotLoaded } from './loaded-page.tsx';

interface ConsoleDoorProps {
  readonly config: ConsoleConfig | TokenConsole;
  readonly children: ComponentChildren;
}

interface Doors {
  readonly Door?: typeof Door;
  readonly TokenDoor?: typeof TokenDoor;
}

/** The login in front of the console. Its script is loaded on demand: viewers don't need it. */
export function ConsoleDoor({ config, children }: ConsoleDoorProps) {
  const [loaded, setLoaded] = useState<Doors>();
  useEffect(() => {
    const doors = 'signIn' in config ? import('../sign-in/door.tsx') : import('../sign-in/token-door.tsx');
    doors.then(setLoaded, () => setLoaded({}));
  }, []);
  if (loaded === undefined) return null;
  if ('signIn' in config && loaded.Door) return <loaded.Door config={config}>{children}</loaded.Door>;
  if ('tokenApiBaseUrl' in config && loaded.TokenDoor)
    return <loaded.TokenDoor config={config}>{children}</loaded.TokenDoor>;
  return <NotLoaded />;
}
