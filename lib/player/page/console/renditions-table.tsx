import type { Rendition } from '../api/types.ts';
import { formatBitrate, formatCodec, formatFrameRate } from '../model/format.ts';

/** The renditions offered to viewers. */
export function RenditionsTable({ renditions }: { renditions: readonly Rendition[] }) {
  return (
    <section class="panel" aria-labelledby="renditions-title">
      <h2 id="renditions-title">Renditions</h2>
      {renditions.length === 0 ? (
        <p class="quiet">The renditions offered to viewers will appear here shortly.</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Resolution</th>
              <th scope="col">Codec</th>
              <th scope="col" class="number">
                Max. bitrate
              </th>
            </tr>
          </thead>
          <tbody>
            {renditions.map((rendition) => (
              <tr key={rendition.id}>
                <th scope="row">{rendition.id}</th>
                <td>{picture(rendition)}</td>
                <td>
                  <span title={rendition.codecs}>{formatCodec(rendition.codecs)}</span>
                </td>
                <td class="number">{formatBitrate(rendition.bandwidthBps)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function picture({ width, height, frameRate }: Rendition): string {
  if (width === undefined || height === undefined) return 'Sound only';
  return `${width} × ${height}${frameRate === undefined ? '' : `, ${formatFrameRate(frameRate)}`}`;
}
