/**
 * `missing`: the deploy fails without it. `warning`: it works, but not in every case, or it couldn't be checked. `note`: what
 * the account carries, for planning.
 */
export type Severity = 'ok' | 'note' | 'warning' | 'missing';

/** The result of one check. */
export interface Finding {
  /** What was checked, for programs that read `--json`; for example `bootstrap`. */
  readonly check: string;
  /** A region, `account`, `domain` or `this machine`. */
  readonly where: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly what: string;
  readonly needed?: string;
  readonly has?: string;
  /** The command that mends it, or what to do where there is none. */
  readonly mend?: string;
}

/** Why something couldn't be read. */
export interface Unread {
  /** The API call as IAM policies name it, for example `iam:GetRole`. */
  readonly call: string;
  /** The caller may not make the call. */
  readonly denied: boolean;
  readonly message: string;
}

/** Something read from the account. A refusal is a fact too: it becomes a finding. */
export type Fact<T> = { readonly value: T } | { readonly unread: Unread };

/** The finding for a check whose fact couldn't be read. */
export const unchecked = (
  { check, where }: Pick<Finding, 'check' | 'where'>,
  subject: string,
  { call, denied, message }: Unread,
): Finding => ({
  check,
  where,
  severity: 'warning',
  what: denied
    ? `Could not check ${subject}: these credentials may not call ${call}.`
    : `Could not check ${subject}: ${call} failed: ${message}`,
  mend: denied ? `Allow ${call}, or check by hand` : 'Run the preflight again',
});
