import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { SecretWatch } from './secret-watch.ts';

interface Addresses {
  readonly api: string;
  readonly edge: string;
}

/** Asks a running platform for what it shows: streams, journals, destinations, fleet, metrics. */
export async function lookAtAnswers(watch: SecretWatch, { api, edge }: Addresses): Promise<void> {
  const ask = async (url: string): Promise<string> => {
    try {
      const text = await (await fetch(url, { signal: AbortSignal.timeout(2_000) })).text();
      watch.look(new URL(url).pathname, text);
      return text;
    } catch {
      // Some tests stop these processes. What they would have shown is in the data folder.
      return '';
    }
  };
  const { streams = [] } = JSON.parse((await ask(`${api}/v1/streams?limit=100`)) || '{}') as {
    streams?: { id: string }[];
  };
  for (const { id } of streams)
    for (const part of ['', '/events?limit=500', '/destinations', '/takedown'])
      await ask(`${api}/v1/streams/${id}${part}`);
  await ask(`${api}/v1/fleet`);
  await ask(`${edge}/_metrics`);
}

/** Looks at the command lines and environments of a process and everything that it started, where the system shows them. */
export async function lookAtProcesses(watch: SecretWatch, root: number): Promise<void> {
  if (!existsSync('/proc/self/stat')) return;
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (Number.isInteger(pid)) parents.set(pid, await parentOf(pid));
  }
  const isBelow = (pid: number): boolean => pid === root || (pid > 1 && isBelow(parents.get(pid) ?? 0));
  for (const pid of [...parents.keys()].filter(isBelow)) {
    const line = await readProcess(pid, 'cmdline');
    const program =
      line
        .toString()
        .split('\0')
        .find((word) => /\.(m?[jt]s)$|ffmpeg/.test(word)) ?? '';
    watch.look(`the command line of ${program}`, line);
    watch.look(`the environment of ${program}`, await readProcess(pid, 'environ'));
  }
}

async function parentOf(pid: number): Promise<number> {
  const text = (await readProcess(pid, 'stat')).toString();
  // The program's name, in parentheses, may contain anything.
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

/** Empty if it has ended meanwhile. */
const readProcess = (pid: number, file: string): Promise<Buffer> =>
  readFile(`/proc/${pid}/${file}`).catch(() => Buffer.alloc(0));
