import type { RenditionFacts } from '../../../../control-store/records.ts';
import { type CaptionChannel, captionChannels } from '../../../../packaging/codec/avc-captions.ts';
import type { PublicationState } from '../publication-model.ts';
import type { Rendition } from '../rendition.ts';

/** A period as another worker needs to know it. */
export interface MarkedPeriod {
  readonly fromNumber: number;
  readonly toNumber: number;
  readonly initName: string;
  readonly continues: boolean;
  /** Ids of its renditions, best first. */
  readonly renditions: readonly string[];
}

/** Consecutive numbers, both included. */
export type NumberRange = readonly [from: number, to: number];

export interface IndexMarks {
  readonly renditions: readonly RenditionFacts[];
  /** The last one may have gone on since, and may not have begun: it is announced before its first segment is stored. */
  readonly periods: readonly MarkedPeriod[];
  /** By rendition, the numbers that it lacks of its periods. Undefined in marks of earlier releases. */
  readonly lacking?: ReadonlyMap<string, readonly NumberRange[]>;
  readonly captions?: readonly CaptionChannel[];
}

/** Older ones are forgotten; it takes hours of a publisher that is away every half a minute to have that many. */
const maxPeriods = 500;
/** The newest ones of a rendition; beyond that many nobody would watch it. */
const maxRanges = 500;

/**
 * Every rendition and period so far, as comments in the multivariant playlist of a live broadcast, which is written whenever one
 * begins. Live media playlists and MPDs name only what the window has: for another worker that continues the broadcast, a rendition
 * that was given up long ago would be lost from the recording.
 */
export function indexMarks({ renditions, periods, captions = [] }: PublicationState): string {
  const lines = renditions.map(({ id, header }) => {
    const picture = header.kind === 'video' && ` ${header.width}x${header.height} ${header.frameRate}`;
    return `# rendition ${id} ${header.codecs} ${header.bitrateBps}${picture || ''}\n`;
  });
  for (const { fromNumber, toNumber, initName, continues, headers } of periods.slice(-maxPeriods))
    lines.push(
      `# period ${fromNumber}-${toNumber} ${initName} ${[...headers.keys()].join(',')}${continues ? ' continues' : ''}\n`,
    );
  for (const rendition of renditions) {
    const ranges = lackedBy(rendition, periods).slice(-maxRanges);
    lines.push(`# lacks ${rendition.id}${ranges.map(([from, to]) => ` ${from}-${to}`).join('')}\n`);
  }
  if (captions.length > 0) lines.push(`# captions ${captions.join(',')}\n`);
  return lines.join('');
}

/** The numbers of its periods that a rendition has no segment of. */
function lackedBy({ id, segments }: Rendition, periods: PublicationState['periods']): NumberRange[] {
  const ranges: [number, number][] = [];
  for (const { fromNumber, toNumber, headers } of periods) {
    if (!headers.has(id)) continue;
    for (let number = fromNumber; number <= toNumber; number++) {
      if (segments.has(number)) continue;
      const last = ranges.at(-1);
      if (last?.[1] === number - 1) last[1] = number;
      else ranges.push([number, number]);
    }
  }
  return ranges;
}

const renditionPattern = /^# rendition (\w+) ([\w.]+) (\d+)(?: (\d+)x(\d+) ([\d.]+))?$/gm;
const periodPattern = /^# period (\d{1,15})-(\d{1,15}) ([\w.-]+) ([\w,]+)( continues)?$/gm;

const lackingPattern = /^# lacks (\w+)((?: \d{1,15}-\d{1,15})*)$/gm;

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
  const lacking = [...index.matchAll(lackingPattern)].map(
    ([, id = '', ranges = '']) =>
      [
        id,
        [...ranges.matchAll(/(\d+)-(\d+)/g)].map(([, from, to]): NumberRange => [Number(from), Number(to)]),
      ] as const,
  );
  const named = new Set(/^# captions ([\w,]+)$/m.exec(index)?.[1]?.split(','));
  const captions = captionChannels.filter((channel) => named.has(channel));
  return {
    renditions,
    periods,
    ...(lacking.length > 0 && { lacking: new Map(lacking) }),
    ...(captions.length > 0 && { captions }),
  };
}
