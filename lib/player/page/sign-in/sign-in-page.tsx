import { useEffect } from 'preact/hooks';
import { useTask } from '../ui/use-task.ts';

/** Asks the user to sign in. `fault`: why they have to again, or why it didn't work. */
export function SignInPage(props: { issuer: string; fault: string | undefined; begin: () => Promise<void> }) {
  const { issuer, fault, begin } = props;
  const task = useTask();
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
      <p>You’ll sign in at {new URL(issuer).host}, then come back here.</p>
      <button
        type="button"
        class="button button-primary"
        disabled={task.busy}
        onClick={() => void task.run(begin)}
      >
        {task.busy ? 'Opening…' : 'Sign in'}
      </button>
      <p class="quiet small">
        To watch, you don’t need to sign in. Open the link that the broadcaster gave you.
      </p>
    </section>
  );
}
