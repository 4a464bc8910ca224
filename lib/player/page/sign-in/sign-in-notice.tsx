import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

/** The frame of every way to sign in. `fault`: why again, or why it didn't work. */
export function SignInNotice({
  fault,
  children,
}: {
  fault: string | undefined;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = 'Sign in · Headwater';
  }, []);
  return (
    <section class="notice">
      <h1>Sign in to manage streams</h1>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {children}
      <p class="quiet small">
        To watch, you don’t need to sign in. Open the link that the broadcaster gave you.
      </p>
    </section>
  );
}
