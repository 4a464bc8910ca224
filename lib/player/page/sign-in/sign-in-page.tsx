import { useTask } from '../ui/use-task.ts';
import { SignInNotice } from './sign-in-notice.tsx';

/** Asks the user to sign in. `fault`: why they have to again, or why it didn't work. */
export function SignInPage(props: { issuer: string; fault: string | undefined; begin: () => Promise<void> }) {
  const { issuer, fault, begin } = props;
  const task = useTask();
  return (
    <SignInNotice fault={fault}>
      <p>You’ll sign in at {new URL(issuer).host}, then come back here.</p>
      <button
        type="button"
        class="button button-primary"
        disabled={task.busy}
        onClick={() => void task.run(begin)}
      >
        {task.busy ? 'Opening…' : 'Sign in'}
      </button>
    </SignInNotice>
  );
}
