import type { Broadcast, Stream } from '../api/types.ts';
import { audienceWords } from '../audience/figures.ts';
import { formatClock, formatDuration, formatWhen } from '../model/format.ts';
import { formatBytes, isDownloadable, recordedMs } from '../model/recordings.ts';
import { recordingPath } from '../model/routes.ts';
import { isTakenDown } from '../model/stream-state.ts';
import { useLinks } from '../playback/playback-links.ts';
import { useServices } from '../shell/services.ts';
import { Poster } from '../ui/poster.tsx';
import { useCopied } from '../ui/use-copied.ts';

/** One recording with what can be done with it. */
export function RecordingRow(props: {
  stream: Stream;
  broadcast: Broadcast;
  /** Makes a link to one of a signed stream. */
  onLink: () => void;
  onDownload: () => void;
  onDelete: () => void;
}) {
  const { stream, broadcast, onLink, onDownload, onDelete } = props;
  const { links, linkedRegion } = useServices();
  useLinks(links);
  const when = formatWhen(Date.parse(broadcast.startedAt), Date.now());
  const { poster } = broadcast.playback;
  const isSigned = stream.playback.access === 'signed';
  const isDark = isTakenDown(stream);
  const canLoad = !isDark && (!isSigned || links.tokenOf(stream.id) !== undefined);
  return (
    <li class="recording">
      <Poster url={poster !== undefined && canLoad ? links.carry(stream.id, poster) : undefined} />
      <div class="recording-text">
        <h3>
          <time dateTime={broadcast.startedAt}>{when}</time>
        </h3>
        <p class="quiet small">
          <Length broadcast={broadcast} />
          {broadcast.sizeBytes !== undefined && ` · ${formatBytes(broadcast.sizeBytes)}`}
        </p>
        {broadcast.audience !== undefined && <p class="quiet small">{audienceWords(broadcast.audience)}</p>}
      </div>
      <div class="recording-actions">
        {!isDark && (
          <a
            class="button button-small"
            href={recordingPath(stream.id, broadcast.id, linkedRegion)}
            aria-label={`Watch the recording of ${when}`}
          >
            Watch
          </a>
        )}
        {!isDark && !isSigned && <CopyLink url={broadcast.playback.page} when={when} />}
        {!isDark && isSigned && (
          <button
            type="button"
            class="button button-small button-quiet"
            aria-label={`Copy link to the recording of ${when}`}
            onClick={onLink}
          >
            Copy link
          </button>
        )}
        {!isDark && isDownloadable(broadcast) && (
          <button
            type="button"
            class="button button-small button-quiet"
            aria-label={`Download the recording of ${when}`}
            onClick={onDownload}
          >
            Download
          </button>
        )}
        <button
          type="button"
          class="button button-small button-quiet button-danger-text"
          aria-label={`Delete the recording of ${when}`}
          onClick={onDelete}
        >
          Delete
        </button>
      </div>
    </li>
  );
}

function Length({ broadcast }: { broadcast: Broadcast }) {
  const { ms, isExact } = recordedMs(broadcast);
  if (ms === undefined) return <>Length unknown</>;
  const clock = formatClock(ms / 1000);
  // Whoever listens hears a duration instead of a time of day.
  return (
    <>
      <span aria-hidden="true">{isExact ? clock : `about ${clock}`}</span>
      <span class="visually-hidden">{formatDuration(ms)}</span>
    </>
  );
}

/** Copies the address of the recording's viewer page. */
function CopyLink({ url, when }: { url: string; when: string }) {
  const { copied, copy } = useCopied({
    yes: 'Link copied',
    refused: 'The link could not be copied. Open the recording and copy its address.',
  });
  return (
    <button
      type="button"
      class="button button-small button-quiet"
      aria-label={copied === 'no' ? `Copy link to the recording of ${when}` : undefined}
      onClick={() => void copy(url)}
    >
      {copied === 'yes' ? 'Copied' : copied === 'refused' ? 'Not allowed' : 'Copy link'}
    </button>
  );
}
