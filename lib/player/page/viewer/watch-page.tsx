import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import { EmbedTitle } from '../embed/embed-title.tsx';
import { carryToken } from '../model/playback-link.ts';
import { playbackTarget, type StreamKnowledge } from '../model/playback-target.ts';
import type { PlaybackMethod } from '../model/protocol.ts';
import { audioOnlyId } from '../model/qualities.ts';
import { watchedBroadcast } from '../model/routes.ts';
import { stateSeen } from '../model/stream-state.ts';
import { notFound, type Refusal, viewerScene } from '../model/viewer-scene.ts';
import { usePlayback } from '../playback/use-playback.ts';
import { nameInDocument } from '../share/document-name.ts';
import { ShareButton } from '../share/share-button.tsx';
import { documentTag } from '../shell/document-tag.ts';
import { useServices } from '../shell/services.ts';
import { StateBadge } from '../ui/state-badge.tsx';
import { Player } from './player.tsx';
import { useStillness } from './use-frozen-picture.ts';
import { useOnline } from './use-online.ts';
import { usePicturesBegan } from './use-pictures-began.ts';
import { usePlaybackLink } from './use-playback-link.ts';
import { useStreamKnowledge } from './use-stream-knowledge.ts';

/** How long a live broadcast may be stalled before it is reloaded. */
const standstillMs = 15_000;

/** The viewer page: the picture, and a message whenever there is none. `bare`: the player alone, for frames of other sites. */
export function WatchPage({ id, bare = false }: { id: string; bare?: boolean }) {
  const { settings, announce } = useServices();
  const video = useRef<HTMLVideoElement>(null);
  const captions = useRef<HTMLDivElement>(null);
  const broadcastId = useMemo(() => watchedBroadcast(location.search), []);
  const found = useStreamKnowledge(id, broadcastId);
  const { knowledge, name = nameInDocument(id, documentTag), report, askNow } = found;
  const refused = refusalOf(knowledge);
  const token = usePlaybackLink(id, refused !== undefined && refused !== 'taken-down');
  // A new link is reason to ask again.
  const asked = useRef(token);
  useEffect(() => {
    if (asked.current === token) return;
    asked.current = token;
    askNow();
  }, [token, askNow]);
  const place = { ...settings, streamId: id, broadcastId };
  const targetBy = (method: PlaybackMethod) => {
    const target = playbackTarget(knowledge, method, place);
    return target && { ...target, url: carryToken(target.url, token) };
  };
  const forced = useMemo(() => new URLSearchParams(location.search).get('protocol'), []);
  const playback = usePlayback({
    video,
    captions,
    forced,
    refused,
    token,
    target: targetBy,
  });
  const { condition, session } = playback;
  const wanted = broadcastId === undefined ? 'stream' : 'recording';
  const title = knowledge.kind === 'missing' ? notFound[wanted] : name;
  const state = knowledge.kind === 'known' ? knowledge.state : undefined;
  const seen = stateSeen(knowledge, { ended: playback.facts.ended, wanted });
  const online = useOnline();
  const scene = viewerScene(knowledge, condition, online, wanted);

  useEffect(() => report(condition), [report, condition]);
  const { soundAlone, chosenQualityId } = playback.facts;
  useStillness(video, condition === 'playing' && state === 'live' && !soundAlone, askNow);
  const reload = useCallback(() => session?.reload(), [session]);
  const awaitsPictures = soundAlone && chosenQualityId !== audioOnlyId && state === 'live';
  usePicturesBegan(awaitsPictures ? session?.target?.url : undefined, reload);
  useEffect(() => {
    document.title = `${title ?? 'Watch'} · Headwater`;
  }, [title]);
  useEffect(() => {
    if (scene) announce(`${scene.title}. ${scene.detail}`);
    else if (condition === 'playing')
      announce(soundAlone ? 'Sound playing, without pictures' : 'Video playing');
  }, [announce, scene?.title, scene?.detail, condition, soundAlone]);
  useEffect(() => {
    if (condition !== 'stalled' || state !== 'live') return;
    const timer = setTimeout(() => session?.reload(), standstillMs);
    return () => clearTimeout(timer);
  }, [condition, state, session]);

  // Back online, nobody waits for the next try.
  const wasOnline = useRef(online);
  useEffect(() => {
    if (wasOnline.current === online) return;
    wasOnline.current = online;
    if (!online) return;
    askNow();
    if (condition === 'failed' || condition === 'stalled' || condition === 'loading') session?.reload();
  }, [online, condition, askNow, session]);

  const act = () => {
    if (scene?.action === 'replay' && playback.method) {
      const target = targetBy(playback.method);
      if (target) session?.replay(target);
    } else {
      askNow();
      session?.reload();
    }
  };

  return (
    <div class="watch">
      <Player
        video={video}
        captions={captions}
        playback={playback}
        scene={scene}
        name={name ?? 'Live stream'}
        onAction={act}
      />
      {bare ? (
        <EmbedTitle id={id} name={name} />
      ) : (
        <div class="watch-head">
          <div>
            <h1>
              <bdi>{title ?? 'Live stream'}</bdi>
            </h1>
            {seen && (
              <p class="watch-state">
                <StateBadge state={seen.state} />
                <span class="quiet">{seen.words}</span>
              </p>
            )}
          </div>
          {knowledge.kind === 'known' && token === undefined && (
            <ShareButton
              shared={{
                streamId: id,
                region: settings.region,
                name: name ?? 'Live stream',
                media: knowledge,
              }}
              small
            />
          )}
        </div>
      )}
    </div>
  );
}

function refusalOf(knowledge: StreamKnowledge): Refusal | undefined {
  if (knowledge.kind === 'locked') return knowledge.fault;
  return knowledge.kind === 'taken-down' ? knowledge.kind : undefined;
}
