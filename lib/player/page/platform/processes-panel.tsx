import { useEffect, useRef, useState } from 'preact/hooks';
import { faultWords } from '../api/client.ts';
import type { ProcessClient } from '../api/processes.ts';
import type { LocalProcess, StopKind, Stream } from '../api/types.ts';
import { type Part, partsOf, processWords, restartWords, whatIsNoticed } from '../model/console/processes.ts';
import { consolePath } from '../model/routes.ts';
import { useServices } from '../shell/services.ts';
import { Badge } from '../ui/state-badge.tsx';
import { TaskDialog } from '../ui/task-dialog.tsx';
import { usePolled } from '../ui/use-polled.ts';
import { useTask } from '../ui/use-task.ts';

interface Asked {
  readonly process: LocalProcess;
  readonly how: StopKind;
  readonly noticed: string;
}

/** The processes on this machine, each with buttons to kill and drain it, to see what viewers notice. */
export function ProcessesPanel(props: {
  client: ProcessClient;
  streams: readonly Pick<Stream, 'id' | 'name' | 'state' | 'broadcast'>[];
}) {
  const { client, streams } = props;
  const { announce } = useServices();
  const { value: processes = [], fault, refresh } = usePolled(() => client.list(), 1_000);
  const [asked, setAsked] = useState<Asked>();
  const task = useTask();
  useReturnsAnnounced(processes, announce);

  const stop = async ({ name }: LocalProcess, how: StopKind) => {
    await client.stop(name, how);
    announce(how === 'kill' ? `${name} killed` : `${name} is draining`);
    refresh();
  };
  const press = (process: LocalProcess, how: StopKind) => {
    if (process.state === 'restarting') return;
    const noticed = whatIsNoticed(process, how, processes);
    if (noticed === undefined) void task.run(() => stop(process, how));
    else setAsked({ process, how, noticed });
  };
  return (
    <section class="panel" aria-labelledby="processes-title">
      <h2 id="processes-title">Processes</h2>
      <p class="quiet">
        What’s running on this machine. Kill a process to simulate a crash, or drain it to simulate a deploy.
        It restarts automatically, and each stream’s event log shows what that meant for its broadcast.
      </p>
      {(task.fault ?? fault) !== undefined && (
        <p class="fault" role="alert">
          {task.fault ?? faultWords(fault)}
        </p>
      )}
      <ul class="processes">
        {processes.map((process) => (
          <ProcessRow
            key={process.name}
            process={process}
            parts={partsOf(process, streams)}
            onPress={(how) => press(process, how)}
          />
        ))}
      </ul>
      {asked && <ConfirmStop asked={asked} onStop={stop} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

function ProcessRow(props: {
  process: LocalProcess;
  parts: readonly Part[];
  onPress: (how: StopKind) => void;
}) {
  const { process, parts, onPress } = props;
  const { name, role, pid, state, restarts } = process;
  const { word, badge, shape } = processWords[state];
  const facts = [
    name === role ? undefined : role,
    pid === undefined ? undefined : `pid ${pid}`,
    restartWords(restarts),
  ];
  // Not `disabled`: that would drop the keyboard focus for the second that a restart takes.
  const off = state === 'restarting';
  return (
    <li class="process" aria-label={name}>
      <div>
        <p class="process-name">
          <strong>{name}</strong>
          <Badge kind={badge} shape={shape} word={word} />
        </p>
        <p class="quiet small tabular">{facts.filter(Boolean).join(' · ')}</p>
        {parts.map(({ does, stream }) => (
          <p key={does + stream.id} class="small process-part">
            {does}{' '}
            <a href={consolePath(stream.id)}>
              <bdi>{stream.name}</bdi>
            </a>
          </p>
        ))}
      </div>
      <div class="process-buttons">
        <button
          type="button"
          class="button button-small"
          aria-label={`Drain ${name}`}
          aria-disabled={off}
          onClick={() => onPress('drain')}
        >
          Drain
        </button>
        <button
          type="button"
          class="button button-small button-danger-quiet"
          aria-label={`Kill ${name}`}
          aria-disabled={off}
          onClick={() => onPress('kill')}
        >
          Kill
        </button>
      </div>
    </li>
  );
}

function ConfirmStop(props: {
  asked: Asked;
  onStop: (process: LocalProcess, how: StopKind) => Promise<void>;
  onClose: () => void;
}) {
  const { process, how, noticed } = props.asked;
  const verb = how === 'kill' ? 'Kill' : 'Drain';
  return (
    <TaskDialog
      title={`${verb} ${process.name}?`}
      confirm={`${verb} ${process.name}`}
      doing={how === 'kill' ? 'Killing…' : 'Draining…'}
      run={() => props.onStop(process, how)}
      onClose={props.onClose}
    >
      <p>{noticed}</p>
    </TaskDialog>
  );
}

/** Announces to screen readers when a process is up again. */
function useReturnsAnnounced(processes: readonly LocalProcess[], announce: (text: string) => void): void {
  const before = useRef<readonly LocalProcess[]>([]);
  useEffect(() => {
    for (const { name, state, restarts } of processes) {
      const was = before.current.find((one) => one.name === name);
      if (was && state === 'up' && (was.state !== 'up' || was.restarts !== restarts)) {
        announce(`${name} is up again`);
      }
    }
    before.current = processes;
  }, [processes, announce]);
}
