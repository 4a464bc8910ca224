import type { Download, Stream } from '../api/types.ts';
import { formatWhen } from '../model/format.ts';
import { clockText, downloadWords, formatBytes, isBeingMade } from '../model/recordings.ts';
import { useLinks } from '../playback/playback-links.ts';
import { useServices } from '../shell/services.ts';

/** One MP4 file: how far it is, or where it is. */
export function DownloadItem({ stream, download }: { stream: Stream; download: Download }) {
  const { links } = useServices();
  useLinks(links);
  const { state, progress, url, sizeBytes, durationMs, expiresAt, detail } = download;
  const words = downloadWords(download);
  return (
    <li class="download">
      <div class="download-text">
        <strong>{words}</strong>
        {isBeingMade(download) && (
          <>
            <progress value={progress} max={1} aria-label={`${words}: progress`} />
            <span class="quiet small">
              {state === 'queued' ? 'Waiting for its turn…' : `${Math.round(progress * 100)} % written`}
            </span>
          </>
        )}
        {state === 'failed' && <span class="download-fault small">{detail}</span>}
        {state === 'ready' && (
          <span class="quiet small">
            {durationMs !== undefined && lengthText(durationMs)}
            {sizeBytes !== undefined && ` · ${formatBytes(sizeBytes)}`}
            {expiresAt !== undefined && ` · until ${formatWhen(Date.parse(expiresAt), Date.now())}`}
          </span>
        )}
      </div>
      {url !== undefined && (
        <a
          class="button button-small button-primary"
          href={links.carry(stream.id, url)}
          download={download.fileName}
          aria-label={`Save MP4: ${words}`}
        >
          Save MP4
        </a>
      )}
    </li>
  );
}

/** To the frame only where that says something. */
const lengthText = (ms: number): string => clockText(ms < 60_000 ? ms : Math.round(ms / 1000) * 1000);
