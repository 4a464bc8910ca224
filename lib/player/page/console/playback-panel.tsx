import { useState } from 'preact/hooks';
import type { PlaybackMode, PlaybackSession, Stream } from '../api/types.ts';
import { formatWhen } from '../model/format.ts';
import { tokenOf } from '../model/playback-link.ts';
import { useLinks } from '../playback/playback-links.ts';
import { LifetimeField, usualLifetimeSeconds } from '../share/lifetime-field.tsx';
import { useApi, useServices } from '../shell/services.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { Field } from '../ui/field.tsx';
import { ModeChoice } from '../ui/mode-choice.tsx';
import { TaskDialog } from '../ui/task-dialog.tsx';
import { useTask } from '../ui/use-task.ts';

/** Who can watch the stream; for a signed one, its links. */
export function PlaybackPanel({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  return (
    <section class="panel" aria-labelledby="playback-title">
      <h2 id="playback-title">Who can watch</h2>
      <AccessChoice stream={stream} onChanged={onChanged} />
      {stream.playback.access === 'signed' && <Links stream={stream} />}
    </section>
  );
}

const choices: readonly { mode: PlaybackMode; name: string; about: string }[] = [
  { mode: 'public', name: 'Anyone', about: 'Everyone who knows the address, live and recorded.' },
  {
    mode: 'signed',
    name: 'Only people with a link',
    about: 'Links expire and can be revoked. Other destinations receive nothing.',
  },
];

function AccessChoice({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const api = useApi();
  const { announce } = useServices();
  const save = async (mode: Stream['playback']['access']) => {
    await api.choosePlayback(stream.id, mode);
    announce(mode === 'signed' ? 'Only people with a link can watch now' : 'Anyone can watch now');
    onChanged();
  };
  const legend = { text: 'Who can watch', isHidden: true };
  return <ModeChoice legend={legend} modes={choices} current={stream.playback.access} save={save} />;
}

function Links({ stream: { id, name } }: { stream: Stream }) {
  const { links } = useServices();
  useLinks(links);
  const [dialog, setDialog] = useState<'create' | 'revoke-all'>();
  const close = () => setDialog(undefined);
  return (
    <>
      {links.madeFor(id).map((session) => (
        <MadeLink key={session.id} streamId={id} session={session} />
      ))}
      <div class="actions">
        <button type="button" class="button button-small" onClick={() => setDialog('create')}>
          Create a link…
        </button>
        <button
          type="button"
          class="button button-small button-danger-quiet"
          onClick={() => setDialog('revoke-all')}
        >
          Revoke all links…
        </button>
      </div>
      {dialog === 'create' && <CreateLink streamId={id} onClose={close} />}
      {dialog === 'revoke-all' && <RevokeAll streamId={id} name={name} onClose={close} />}
    </>
  );
}

function MadeLink({ streamId, session }: { streamId: string; session: PlaybackSession }) {
  const api = useApi();
  const { links, announce } = useServices();
  const { busy, fault, run } = useTask();
  const { page } = session.playback;
  const label = session.viewerId === undefined ? 'Link' : `Link for ${session.viewerId}`;
  const revoke = () =>
    run(async () => {
      await api.revokePlaybackSession(streamId, session.id);
      links.keepMade(
        streamId,
        links.madeFor(streamId).filter(({ id }) => id !== session.id),
      );
      announce(`${label} revoked`);
    });
  return (
    <div class="made-link">
      <CopyField label={label} value={page} secret={tokenOf(page) ?? page} />
      <p class="quiet small">
        Expires {formatWhen(Date.parse(session.expiresAt), Date.now())}. Copy it now: it isn’t stored.{' '}
        <button
          type="button"
          class="button button-small button-danger-quiet"
          aria-label={`Revoke ${label.toLowerCase()}`}
          disabled={busy}
          onClick={() => void revoke()}
        >
          Revoke
        </button>
      </p>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

function CreateLink({ streamId, onClose }: { streamId: string; onClose: () => void }) {
  const api = useApi();
  const { links, announce } = useServices();
  const [viewerId, setViewerId] = useState('');
  const [ttlSeconds, setTtlSeconds] = useState(usualLifetimeSeconds);
  const task = useTask(['viewerId']);
  const create = async () => {
    const viewer = viewerId.trim();
    const made = await api.createPlaybackSession(streamId, {
      ttlSeconds,
      ...(viewer !== '' && { viewerId: viewer }),
    });
    links.addMade(streamId, made);
    announce('Link created. It’s shown on this page.');
  };
  return (
    <TaskDialog
      title="Create a link"
      confirm="Create"
      doing="Creating…"
      tone="primary"
      run={create}
      task={task}
      onClose={onClose}
    >
      <LifetimeField seconds={ttlSeconds} onChange={setTtlSeconds} />
      <Field
        label="Viewer ID (optional)"
        value={viewerId}
        hint="Letters, digits, “-” and “_”. It can be read in the link, so a leaked one names its viewer."
        fault={task.fieldFaults.viewerId}
        onInput={setViewerId}
        input={{ maxLength: 64, placeholder: 'seat-12' }}
      />
    </TaskDialog>
  );
}

function RevokeAll(props: { streamId: string; name: string; onClose: () => void }) {
  const { streamId, name, onClose } = props;
  const api = useApi();
  const { links, announce } = useServices();
  const revoke = async () => {
    await api.revokePlaybackSessions(streamId);
    links.keepMade(streamId, []);
    links.forget(streamId);
    announce('All links revoked');
  };
  return (
    <TaskDialog
      title={`Revoke all links to “${name}”?`}
      confirm="Revoke all"
      doing="Revoking…"
      run={revoke}
      onClose={onClose}
    >
      <p>Everyone who is watching stops within seconds and needs a new link. This can’t be undone.</p>
    </TaskDialog>
  );
}
