import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { ConsoleConfig } from '../../policy/runtime-config.ts';
import { createApiClient } from '../api/client.ts';
import { navigate, redirect } from '../shell/navigation.ts';
import { ServicesContext, useServices } from '../shell/services.ts';
import { ConsoleBar } from './console-bar.tsx';
import { keepRegion, lastRegion } from './kept-region.ts';
import { narrowConnections } from './narrow-policy.ts';
import { chosenRegion, type RegionApi, readRegions } from './regions.ts';
import { SignInSession } from './session.ts';
import { SignInError } from './sign-in-error.ts';
import { SignInPage } from './sign-in-page.tsx';
import { signedFetch } from './signed-fetch.ts';

interface DoorProps {
  readonly config: ConsoleConfig;
  /** The page behind the door. */
  readonly children: ComponentChildren;
}

type Standing =
  | { readonly kind: 'starting' }
  | { readonly kind: 'out'; readonly fault?: string | undefined; readonly returnTo: string }
  | { readonly kind: 'in' };

/** The console for users who have signed in: gives the pages behind it the API of the chosen region. */
export function Door({ config, children }: DoorProps) {
  const session = useMemo(
    () => new SignInSession({ config: config.signIn, pageOrigin: location.origin }),
    [config],
  );
  const [standing, setStanding] = useState<Standing>({ kind: 'starting' });
  const [apis, setApis] = useState<ReadonlyMap<string, RegionApi>>();

  useEffect(() => {
    session.onEnd = ({ message }) => setStanding({ kind: 'out', fault: message, returnTo: here() });
    void enter(session).then(setStanding);
    void readRegions(config.regions).then((found) => {
      const bases = [...found.values()].flatMap((api) => ('apiBaseUrl' in api ? [api.apiBaseUrl] : []));
      narrowConnections([...config.signIn.origins, ...bases.map((base) => new URL(base).origin)]);
      setApis(found);
    });
  }, [session, config]);

  if (standing.kind === 'out') {
    const begin = async () => {
      try {
        location.assign(await session.begin(standing.returnTo));
      } catch (cause) {
        setStanding({ ...standing, fault: wordsOf(cause) });
      }
    };
    return <SignInPage issuer={config.signIn.issuer} fault={standing.fault} begin={begin} />;
  }
  if (standing.kind === 'starting' || apis === undefined) {
    return (
      <section class="notice">
        <h1>Headwater</h1>
        <p class="quiet">Signing in…</p>
      </section>
    );
  }
  return (
    <SignedIn session={session} apis={apis}>
      {children}
    </SignedIn>
  );
}

function SignedIn(props: {
  session: SignInSession;
  apis: ReadonlyMap<string, RegionApi>;
  children: ComponentChildren;
}) {
  const { session, apis, children } = props;
  const base = useServices();
  const regions = [...apis.keys()];
  const [region, setRegion] = useState(() => chosenRegion(location.search, regions, lastRegion()));
  // After each navigation, too: links within the console name no region.
  useEffect(() => {
    if (apis.size > 1) keepRegion(region);
  });
  const chosen = apis.get(region);
  const services = useMemo(() => {
    if (chosen === undefined || 'fault' in chosen) return base;
    const api = createApiClient(chosen.apiBaseUrl, signedFetch(session), {
      // A function's response is buffered, and an EventSource sends no token.
      liveFeeds: false,
      unreachable: `The API in ${region} isn’t responding.${apis.size > 1 ? ' Other regions aren’t affected.' : ''}`,
    });
    return base.withApi(api, region, { isOneOfMany: apis.size > 1 });
  }, [base, chosen, session, region, apis]);

  const choose = useCallback((next: string) => {
    setRegion(next);
    // A stream of one region doesn't exist in another.
    navigate('/');
  }, []);
  const signOut = async () => location.assign(await session.end());
  return (
    <ServicesContext.Provider value={services}>
      <ConsoleBar regions={regions} region={region} onRegion={choose} who={session.who} signOut={signOut} />
      <div key={region}>
        {chosen !== undefined && 'fault' in chosen ? <NoApi fault={chosen.fault} /> : children}
      </div>
    </ServicesContext.Provider>
  );
}

function NoApi({ fault }: { fault: string }) {
  return (
    <section class="notice">
      <h1>This region can’t be managed yet</h1>
      <p class="fault" role="alert">
        {fault}
      </p>
    </section>
  );
}

/** Takes the issuer's answer if this is one, otherwise continues this tab's sign-in. */
async function enter(session: SignInSession): Promise<Standing> {
  const address = new URL(location.href);
  if (!SignInSession.isAnswer(address)) {
    try {
      return (await session.resume()) ? { kind: 'in' } : { kind: 'out', returnTo: here() };
    } catch (cause) {
      return { kind: 'out', fault: wordsOf(cause), returnTo: here() };
    }
  }
  // The code is used up either way, and it belongs in no history.
  history.replaceState(null, '', address.pathname);
  try {
    const returnTo = await session.finish(address);
    redirect(returnTo);
    return { kind: 'in' };
  } catch (cause) {
    return { kind: 'out', fault: wordsOf(cause), returnTo: '/' };
  }
}

const here = (): string => location.pathname + location.search;

const wordsOf = (cause: unknown): string =>
  cause instanceof SignInError ? cause.message : 'Something went wrong on this page. Reload it.';
