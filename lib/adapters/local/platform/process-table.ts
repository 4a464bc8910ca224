import type { LocalProcess, LocalProcesses } from '../../../control/ports.ts';
import type { ProcessSpec, Supervisor } from './supervisor.ts';

/** The state of a supervisor's processes, from its events. Create it before the supervisor starts. */
export class ProcessTable implements LocalProcesses {
  readonly #supervisor: Supervisor;
  readonly #rows: ReadonlyMap<string, Row>;

  constructor(supervisor: Supervisor, specs: readonly ProcessSpec[]) {
    this.#supervisor = supervisor;
    this.#rows = new Map(
      specs.map(({ role, name }) => [name, { role, name, state: 'restarting', restarts: 0 }]),
    );
    supervisor.on('line', ({ event, name }) => {
      if (event === 'process.ready') this.#set(name, { state: 'up' });
    });
    const restarting = ({ name }: { name: string }) => {
      const row = this.#rows.get(name);
      if (row) this.#set(name, { state: 'restarting', restarts: row.restarts + 1 });
    };
    supervisor.on('exited', restarting);
    supervisor.on('succeeded', restarting);
  }

  list(): readonly LocalProcess[] {
    const pids = new Map(this.#supervisor.status().map(({ name, pid }) => [name, pid]));
    return [...this.#rows.values()].map((row) => {
      const pid = pids.get(row.name);
      return { ...row, ...(row.state !== 'restarting' && pid !== undefined && { pid }) };
    });
  }

  kill(name: string): boolean {
    const row = this.#rows.get(name);
    return row !== undefined && row.state !== 'restarting' && this.#supervisor.kill(name);
  }

  drain(name: string): boolean {
    const row = this.#rows.get(name);
    if (row === undefined || row.state === 'restarting') return false;
    if (row.state === 'draining') return true;
    this.#set(name, { state: 'draining' });
    void this.#supervisor.drain(name);
    return true;
  }

  #set(name: string, change: Partial<Pick<Row, 'state' | 'restarts'>>): void {
    Object.assign(this.#rows.get(name) ?? {}, change);
  }
}

type Row = { -readonly [Field in keyof Omit<LocalProcess, 'pid'>]: LocalProcess[Field] };
