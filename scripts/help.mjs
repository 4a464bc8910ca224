// The help of a command, for a machine on which nothing is installed. Plain JavaScript for Node 18 and no imports outside Node.
import { readFileSync } from 'node:fs';

/** The help text in a source file without imports and types: TypeScript reads it as a module, and any Node as JavaScript. */
export async function helpIn(file) {
  const source = readFileSync(file, 'utf8');
  const { helpText } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  return helpText;
}

/** What `npm run` can start: each with the first words of its help. */
export function listText(tasks) {
  const names = Object.keys(tasks).filter((name) => tasks[name].about !== undefined);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  npm run ${name.padEnd(width)}  ${tasks[name].about}`);
  return `${lines.join('\n')}\n\nnpm run NAME -- --help explains one of them, and installs nothing.\n`;
}

/** The help of a task that has none of its own. */
export function taskText(name, { about, debian = [], python, asRoot, takes = '' }) {
  const needs = [
    ...(debian.length > 0 ? [`Installs with apt-get what is missing of ${debian.join(', ')}.`] : []),
    ...(python ? ['Installs the tools in requirements.txt into .venv.'] : []),
    ...(asRoot ? ['Must run as root.'] : []),
  ];
  return `npm run ${name}${takes}      ${about}\n${needs.length > 0 ? `\n${needs.join('\n')}\n` : ''}`;
}
