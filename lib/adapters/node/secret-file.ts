import { readFile } from 'node:fs/promises';

/** A file with a secret is missing, unreadable or too short; `mend` says what to do. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
  readonly code = 'SECRET_UNREADABLE';
  readonly mend: string;

  constructor(message: string, mend: string, options?: ErrorOptions) {
    super(message, options);
    this.mend = mend;
  }
}

/** Reads a secret of 16 characters or more. `variable` names the environment variable that names the file. */
export async function readSecretFile(path: string, variable: string): Promise<string> {
  const mend = `Put a secret of 16 characters or more into the file that ${variable} names.`;
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new SecretFileError(`The secret ${path} cannot be read: ${cause.message}.`, mend, { cause });
  });
  const secret = text.trim();
  if (secret.length < 16) throw new SecretFileError(`The secret in ${path} is too short.`, mend);
  return secret;
}
