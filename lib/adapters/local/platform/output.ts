import { UsageError } from '../../../config/command-line.ts';
import { explainFault } from '../../node/program.ts';
import { isForPeople, lineText } from './console.ts';
import type { ProcessLine } from './supervisor.ts';

/** Prints log lines: all as JSON on stdout, held back so that "ready" is the first; or only the notable ones as text. */
export function openOutput(json: boolean) {
  const held: ProcessLine[] = [];
  let ready = false;
  const write = (line: ProcessLine) => {
    if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
    else if (line.event !== 'ready' && isForPeople(line))
      process.stderr.write(`${lineText(line, new Date())}\n`);
  };
  const line = (one: ProcessLine) => {
    if (ready) write(one);
    else held.push(one);
  };
  return {
    line,
    own: (one: ProcessLine) => (one.event === 'ready' ? write(one) : line(one)),
    open() {
      ready = true;
      for (const one of held.splice(0)) write(one);
    },
  };
}

/** Says why the platform can't run: each fault on a line of its own, then what mends it. */
export function reportFault(fault: unknown, json: boolean): void {
  const { code, reason, mend } = explainFault(fault);
  if (json) process.stdout.write(`${JSON.stringify({ event: 'failed', code, reason, mend })}\n`);
  const lines =
    fault instanceof UsageError
      ? [...fault.faults, 'Run npm run live -- --help for the flags.']
      : [`${reason}${mend === undefined ? '' : ` ${mend}`}`];
  for (const line of lines) process.stderr.write(`headwater: ${line}\n`);
}
