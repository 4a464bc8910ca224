import { useState } from 'preact/hooks';
import type { StreamHealth } from '../../api/types.ts';
import { formatTimeOfDay } from '../../model/format.ts';
import { figures, figureText } from '../../model/health/figures.ts';

/** What the graphs show as numbers, newest first, for those who can't read graphs. */
export function SamplesTable(props: { series: StreamHealth['series']; hasPictures: boolean }) {
  const { series, hasPictures } = props;
  const [open, setOpen] = useState(false);
  const columns = figures.filter(({ ofPictures }) => hasPictures || !ofPictures);
  return (
    <details class="fold samples" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Figures as a table</summary>
      {open && (
        // A scrolling area must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls.
        <section class="samples-scroll" tabIndex={0} aria-label="Figures as a table">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                {columns.map(({ label }) => (
                  <th key={label} scope="col" class="number">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {series.samples.toReversed().map((sample) => (
                <tr key={sample.at}>
                  <th scope="row">{formatTimeOfDay(Date.parse(sample.at))}</th>
                  {columns.map((figure) => (
                    <td key={figure.label} class="number">
                      {figureText(figure, sample)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
