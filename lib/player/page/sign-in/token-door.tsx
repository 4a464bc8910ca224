import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { TokenConsole } from '../../policy/runtime-config.ts';
import { createApiClient, faultWords } from '../api/client.ts';
import { ServicesContext, useServices } from '../shell/services.ts';
import { Field } from '../ui/field.tsx';
import { useTask } from '../ui/use-task.ts';
import { ConsoleBar } from './console-bar.tsx';
import { SignInNotice } from './sign-in-notice.tsx';
import { signedFetch } from './signed-fetch.ts';
import { TokenSession, tokenIn } from './token-session.ts';

interface TokenDoorProps {
  readonly config: TokenConsole;
  /** The page behind the door. */
  readonly children: ComponentChildren;
}

const refused = 'The platform doesn’t accept this token. Copy it again, or scan the code again.';

/** The console of a machine at home, for its other devices: whoever has the API's token, from a link or typed in, is let in. */
export function TokenDoor({ config, children }: TokenDoorProps) {
  const base = useServices();
  const session = useMemo(() => {
    const made = new TokenSession();
    takeLinked(made);
    return made;
  }, []);
  const [standing, setStanding] = useState<{ readonly isIn: boolean; readonly fault?: string }>(() => ({
    isIn: session.isIn,
  }));
  useEffect(() => {
    session.onRefused = () => setStanding({ isIn: false, fault: refused });
    // The link, opened in the tab that already asks for it, loads nothing.
    const followed = () => {
      if (takeLinked(session)) setStanding({ isIn: true });
    };
    addEventListener('hashchange', followed);
    return () => removeEventListener('hashchange', followed);
  }, [session]);
  const services = useMemo(() => {
    // An EventSource sends no token.
    const api = createApiClient(config.tokenApiBaseUrl, signedFetch(session), { liveFeeds: false });
    return base.withApi(api, base.settings.region, { isOneOfMany: false });
  }, [base, config, session]);

  if (!standing.isIn) {
    const enter = async (token: string) => {
      session.enter(token.trim());
      try {
        await services.api?.listStreams();
        setStanding({ isIn: true });
      } catch (fault) {
        session.leave();
        setStanding((before) => ({ isIn: false, fault: before.fault ?? faultWords(fault) }));
      }
    };
    return <TokenPage fault={standing.fault} enter={enter} />;
  }
  const signOut = async () => {
    session.leave();
    setStanding({ isIn: false });
  };
  const { region } = base.settings;
  return (
    <ServicesContext.Provider value={services}>
      <ConsoleBar regions={[region]} region={region} onRegion={() => {}} who={undefined} signOut={signOut} />
      {children}
    </ServicesContext.Provider>
  );
}

/** Takes the token that the address has; false if it has none. */
function takeLinked(session: TokenSession): boolean {
  const linked = tokenIn(location.hash);
  if (linked === undefined) return false;
  session.enter(linked);
  // The token belongs in no history and on no screenshot.
  history.replaceState(history.state, '', location.pathname + location.search);
  return true;
}

/** Asks for the token. `fault`: why again. */
function TokenPage({ fault, enter }: { fault: string | undefined; enter: (token: string) => Promise<void> }) {
  const [token, setToken] = useState('');
  const task = useTask();
  const submit = (event: Event) => {
    event.preventDefault();
    void task.run(() => enter(token));
  };
  return (
    <SignInNotice fault={fault}>
      <p>
        Scan the code in the terminal where Headwater was started, or open the link under it. You can also
        paste the token here.
      </p>
      <form class="sign-in-form" onSubmit={submit}>
        <Field
          label="Token"
          value={token}
          fault={undefined}
          onInput={setToken}
          secret
          input={{ maxLength: 200 }}
        />
        <button type="submit" class="button button-primary" disabled={task.busy || token.trim() === ''}>
          {task.busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </SignInNotice>
  );
}
