import type { Rendition } from '../api/types.ts';
import { formatBitrate, formatCodec, formatFrameRate } from '../model/format.ts';

/** What viewers are offered. */
export function RenditionsTable({ renditions }: { renditions: readonly Rendition[] }) {
  return (
    <section class="panel" aria-labelledby="renditions-title">
      <h2 id="renditions-title">Renditions</h2>
      {renditions.length === 0 ? (
        <p class="quiet">The qualities that viewers get show here in a moment.</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Picture</th>
              <th scope="col">Codec</th>
              <th scope="col" class="number">
                Up to
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
  if (width === undefined || height === undefined) return 'sound only';
  return `${width} × ${height}${frameRate === undefined ? '' : `, ${formatFrameRate(frameRate)}`}`;
}
