import { descendants, type MpdNode } from './mpd-node.ts';

/** What a player library says of a text track. */
interface TextTrack {
  readonly id: number;
  readonly language: string;
  readonly label?: string | null;
  readonly mimeType?: string | null;
  /** Of captions in the pictures: their channel. */
  readonly originalTextId?: string | null;
}

const channelPattern = /^CC[1-4]$/;
/** CEA-608 in the pictures (SCTE 214-1). */
const cea608 = 'urn:scte:dash:cc:cea-608:2015';

/** The CEA-608 channels that an MPD names: `CC1=und;CC3=eng`. */
export function captionsNamed(mpd: MpdNode): readonly string[] {
  const values = descendants(mpd, 'Accessibility')
    .filter(({ attributes }) => attributes.schemeIdUri === cea608)
    .flatMap(({ attributes }) => (attributes.value ?? 'CC1').split(';'))
    .map((entry) => entry.split('=')[0]?.trim() ?? '');
  return [...new Set(values.filter((channel) => channelPattern.test(channel)))];
}

/** The same for the same captions after another load. */
export const captionIdOf = ({ id, originalTextId }: TextTrack): string =>
  originalTextId && channelPattern.test(originalTextId) ? originalTextId : String(id);

/** The tracks, and the channels that have been named since the presentation was loaded. */
export function captionTracks(
  tracks: readonly TextTrack[],
  named: readonly string[],
): { readonly id: string; readonly label: string }[] {
  const loaded = tracks.map((track) => ({ id: captionIdOf(track), label: labelOf(track) }));
  const came = named.filter((channel) => !loaded.some(({ id }) => id === channel));
  return [...loaded, ...came.map((id) => ({ id, label: id }))];
}

function labelOf(track: TextTrack): string {
  const { label, language } = track;
  if (label) return label;
  return language === 'und' || language === '' ? captionIdOf(track) : language;
}
