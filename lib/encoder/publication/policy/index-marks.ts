import type { RenditionFacts } from '../../../control-store/records.ts';
import type { PublicationState } from './publication-model.ts';

/** A period as another worker needs to know it. */
export interface MarkedPeriod {
  readonly fromNumber: number;
  readonly toNumber: number;
  readonly initName: string;
  readonly continues: boolean;
  /** Ids of its renditions, best first. */
  readonly renditions: readonly string[];
}

export interface IndexMarks {
  readonly renditions: readonly RenditionFacts[];
  readonly periods: readonly MarkedPeriod[];
}

/** Older ones are forgotten; it takes hours of a publisher that is away every half a minute to have that many. */
const maxPeriods = 500;

/**
 * Every rendition and period so far, as comments in the multivariant playlist of a live broadcast, which is written whenever one
 * begins. Live media playlists and MPDs name only what the window has: for another worker that continues the broadcast, a rendition
 * that was given up long ago would be lost from the recording.
 */
export function indexMarks({ renditions, periods }: PublicationState): string {
  const lines = renditions.map(({ id, header }) => {
    const picture = header.kind === 'video' && ` ${header.width}x${header.height} ${header.frameRate}`;
    return `# rendition ${id} ${header.codecs} ${header.bitrateBps}${picture || ''}\n`;
  });
  for (const { fromNumber, toNumber, initName, continues, headers } of periods.slice(-maxPeriods))
    lines.push(
      `# period ${fromNumber}-${toNumber} ${initName} ${[...headers.keys()].join(',')}${continues ? ' continues' : ''}\n`,
    );
  return lines.join('');
}

const renditionPattern = /^# rendition (\w+) ([\w.]+) (\d+)(?: (\d+)x(\d+) ([\d.]+))?$/gm;
const periodPattern = /^# period (\d+)-(\d+) ([\w.-]+) ([\w,]+)( continues)?$/gm;

/** Empty for a playlist without marks. */
export function readIndexMarks(index: string): IndexMarks {
  const renditions = [...index.matchAll(renditionPattern)].map(
    ([, id = '', codecs = '', bps, width, height, frameRate]) => ({
      id,
      codecs,
      bandwidthBps: Number(bps),
      ...(width !== undefined && {
        width: Number(width),
        height: Number(height),
        frameRate: Number(frameRate),
      }),
    }),
  );
  const periods = [...index.matchAll(periodPattern)].map(([, from, to, name = '', ids = '', continues]) => ({
    fromNumber: Number(from),
    toNumber: Number(to),
    initName: name,
    continues: continues !== undefined,
    renditions: ids.split(','),
  }));
  return { renditions, periods };
}
