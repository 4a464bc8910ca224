import { useEffect, useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { HealthWindow } from '../../api/types.ts';
import { formatTimeOfDay } from '../../model/format.ts';
import {
  type Figure,
  figures,
  figureText,
  graphWords,
  noFigure,
  pointsOf,
} from '../../model/health/figures.ts';
import type { ShownHealth } from '../../model/health/verdict.ts';
import { Graph } from './graph.tsx';

type Library = typeof uPlot;

/** The current figures, each with its graph. A pointer on one graph shows the values of that moment on all. */
export function Figures(props: { health: ShownHealth; window: HealthWindow; hasPictures: boolean }) {
  const { health, window, hasPictures } = props;
  const library = usePlotLibrary();
  const [pointed, setPointed] = useState<number>();
  const shown = figures.filter(({ ofPictures }) => hasPictures || !ofPictures);
  return (
    <dl class="figures">
      {shown.map((figure) => (
        <Tile
          key={figure.label}
          figure={figure}
          health={health}
          window={window}
          library={library}
          pointed={pointed}
          onPoint={setPointed}
        />
      ))}
    </dl>
  );
}

function Tile(props: {
  figure: Figure;
  health: ShownHealth;
  window: HealthWindow;
  library: Library | undefined;
  /** Time in seconds since 1970. */
  pointed: number | undefined;
  onPoint: (at: number | undefined) => void;
}) {
  const { figure, health, window, library, pointed, onPoint } = props;
  const { current, series } = health;
  const points = useMemo(() => pointsOf(series.samples, series.stepMs, figure), [series, figure]);
  const at = pointed === undefined ? -1 : points[0].indexOf(pointed);
  const then = points[1][at];
  return (
    <div class="figure">
      <dt>{figure.label}</dt>
      <dd class="figure-value tabular">
        {pointed === undefined ? (
          figureText(figure, current)
        ) : (
          <>
            {then === undefined || then === null ? noFigure : figure.format(then)}{' '}
            <span class="quiet small">{formatTimeOfDay(pointed * 1000)}</span>
          </>
        )}
      </dd>
      <dd class="figure-graph">
        {library && (
          <div role="img" aria-label={graphWords(figure, points[1])}>
            <Graph library={library} figure={figure} points={points} window={window} onPoint={onPoint} />
          </div>
        )}
      </dd>
    </div>
  );
}

/** Loaded when there is something to draw; without it there are the figures alone. */
function usePlotLibrary(): Library | undefined {
  const [library, setLibrary] = useState<{ readonly uPlot: Library }>();
  useEffect(() => {
    import('uplot').then(
      ({ default: loaded }) => setLibrary({ uPlot: loaded }),
      () => undefined,
    );
  }, []);
  return library?.uPlot;
}
