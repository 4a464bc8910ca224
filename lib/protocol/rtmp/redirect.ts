import { type Command, isObject } from './commands.ts';

/**
 * Whether the rejection of a command redirects to another server: `ex: { code: 302, redirect }`, as Adobe's server does, or the
 * same fields next to the status.
 */
export function isRedirect(command: Command): boolean {
  return command.args.some(
    (arg) =>
      isObject(arg) &&
      (typeof arg.redirect === 'string' || (isObject(arg.ex) && typeof arg.ex.redirect === 'string')),
  );
}
