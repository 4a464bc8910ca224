/** What went wrong with a sign-in. */
export type SignInFault = 'refused' | 'mismatch' | 'expired' | 'unreachable' | 'unusable' | 'no-storage';

const words: Readonly<Record<SignInFault, (detail: string) => string>> = {
  refused: (detail) => `The sign-in service refused: ${detail}`,
  mismatch: () =>
    'This sign-in didn’t start in this tab, or its address was opened twice. Nobody was signed in. Sign in again.',
  expired: () => 'Your sign-in has expired. Sign in again to continue.',
  unreachable: () => 'The sign-in service isn’t responding. Check your connection, then try again.',
  unusable: (detail) => `The sign-in service’s answer can’t be used: ${detail}`,
  'no-storage': () =>
    'This browser doesn’t let the page keep anything, so you can’t sign in. Allow cookies and site data for this site.',
};

/** A sign-in failed, or one ended. The message is for the user. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly code: SignInFault;

  constructor(code: SignInFault, { detail = '', cause }: { detail?: string; cause?: unknown } = {}) {
    super(words[code](detail), { cause });
    this.code = code;
  }
}
