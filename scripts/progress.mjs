// What an install is doing and how far it is. Plain JavaScript for Node 18 and no imports, as run.mjs.

const clearLine = '\r\u001B[2K';
/** Where lines stay, how far a step is isn't told more often. */
const plainEveryMs = 10_000;

/** One line on a terminal, which the next replaces; elsewhere a line now and then. `say(step, far)`, `end(words)`. */
export function createProgress(screen = process.stderr, nowMs = () => performance.now()) {
  let told = '';
  let toldMs = 0;
  return {
    say(step, far) {
      const text = `headwater: ${step}${far === undefined ? ' …' : `: ${far}`}`;
      if (screen.isTTY) {
        screen.write(`${clearLine}${text.slice(0, (screen.columns ?? 80) - 1)}`);
        return;
      }
      if (step === told && nowMs() - toldMs < plainEveryMs) return;
      told = step;
      toldMs = nowMs();
      screen.write(`${text}\n`);
    },
    end(words) {
      if (screen.isTTY) screen.write(clearLine);
      if (words !== undefined) screen.write(`headwater: ${words}\n`);
    },
  };
}

/**
 * The folders that `npm ci` makes on this machine, from a package-lock.json. `target`: its `platform`, `arch` and `libc`.
 */
export function lockedFolders({ packages }, { platform, arch, libc }) {
  const fits = (needed, one) => {
    const list = [needed ?? []].flat();
    const refused = list.filter((name) => name.startsWith('!'));
    return !refused.includes(`!${one}`) && (list.length === refused.length || list.includes(one));
  };
  return Object.entries(packages)
    .filter(([folder, about]) => folder !== '' && !about.link)
    .filter(([, { os, cpu, libc: needed }]) => fits(os, platform) && fits(cpu, arch) && fits(needed, libc))
    .map(([folder]) => folder);
}

/**
 * How far apt-get is, from a line that it writes to `APT::Status-Fd` (apt's README.progress-reporting); undefined if the line is none.
 * Downloads are the first half.
 */
export function aptProgress(line) {
  const [, kind, percent] = /^(dlstatus|pmstatus):[^:]*:([\d.]+):/.exec(line) ?? [];
  if (kind === undefined) return undefined;
  return Math.floor(Number(percent) / 2 + (kind === 'pmstatus' ? 50 : 0));
}
