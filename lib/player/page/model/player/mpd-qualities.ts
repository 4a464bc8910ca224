import { childrenOf, type MpdNode } from '../../playback/policy/mpd-node.ts';
import { type Quality, qualityId } from '../qualities.ts';

/** What a period of a presentation can be played in. */
export interface PeriodQualities {
  /** Seconds of presentation time. */
  readonly start: number;
  readonly qualities: readonly Quality[];
}

/**
 * The qualities of each period of an MPD, by start. Shaka Player joins the periods to streams that last from the first to the last one:
 * where a rung is missing (an encoder shed it), the nearest one takes its place, but keeps the name and size of the missing one
 * (shaka-player 5.2, lib/util/periods.js, `concatenateStreams_`). So its tracks don't tell what can be played, and what is.
 */
export function periodQualities(mpd: MpdNode): readonly PeriodQualities[] {
  const periods: PeriodQualities[] = [];
  let end = 0;
  for (const period of childrenOf(mpd, 'Period')) {
    const { start: written, duration } = period.attributes;
    const start = written === undefined ? end : secondsOf(written);
    end = start + (duration === undefined ? 0 : secondsOf(duration));
    const sets = childrenOf(period, 'AdaptationSet').filter(isVideo);
    periods.push({ start, qualities: sets.flatMap(qualitiesOf) });
  }
  return periods;
}

/** What can be played at a position. */
export function qualitiesAt(periods: readonly PeriodQualities[], position: number): readonly Quality[] {
  const period = periods.findLast(({ start }) => start <= position) ?? periods[0];
  return period?.qualities ?? [];
}

function isVideo(set: MpdNode): boolean {
  const { contentType, mimeType } = set.attributes;
  const [first] = childrenOf(set, 'Representation');
  return contentType === 'video' || (mimeType ?? first?.attributes.mimeType ?? '').startsWith('video/');
}

function qualitiesOf(set: MpdNode): Quality[] {
  return childrenOf(set, 'Representation').flatMap(({ attributes }) => {
    const height = Number(attributes.height ?? set.attributes.height);
    const frameRate = rateOf(attributes.frameRate ?? set.attributes.frameRate);
    if (!(height > 0)) return [];
    return [
      {
        id: qualityId({ height, ...(frameRate && { frameRate }) }),
        height,
        ...(frameRate && { frameRate }),
        bandwidthBps: Number(attributes.bandwidth),
      },
    ];
  });
}

/** `30` or `30000/1001`. */
function rateOf(text: string | undefined): number | undefined {
  const [over, under = 1] = (text ?? '').split('/').map(Number);
  return over ? over / under : undefined;
}

/** An ISO 8601 duration without years and months, as MPDs have it: `PT1H2M3.5S`. */
function secondsOf(duration: string): number {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/.exec(duration)?.map(Number) ?? [];
  return [days * 86_400, hours * 3_600, minutes * 60, seconds].reduce((sum, part) => sum + (part || 0), 0);
}
