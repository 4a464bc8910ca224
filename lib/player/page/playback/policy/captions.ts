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

/** As Shaka Player names them: CEA-608 channels and CEA-708 services. */
const channelPattern = /^(?:CC[1-4]|svc[1-9][0-9]?)$/;
/** Captions in the pictures (SCTE 214-1). */
const cea608 = 'urn:scte:dash:cc:cea-608:2015';
const cea708 = 'urn:scte:dash:cc:cea-708:2015';

/** The channels that an MPD names, as Shaka Player names them: of CEA-608 by `CC1=und;CC3=eng`, of CEA-708 by `1=lang:eng`. */
export function captionsNamed(mpd: MpdNode): readonly string[] {
  const channels = descendants(mpd, 'Accessibility').flatMap(({ attributes }) => {
    const { schemeIdUri, value } = attributes;
    if (schemeIdUri === cea608) return keysOf(value ?? 'CC1');
    if (schemeIdUri === cea708) return keysOf(value ?? '1').map((service) => `svc${service}`);
    return [];
  });
  return [...new Set(channels.filter((channel) => channelPattern.test(channel)))];
}

const keysOf = (value: string): string[] =>
  value.split(';').map((entry) => entry.split('=')[0]?.trim() ?? '');

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
  return [...loaded, ...came.map((id) => ({ id, label: nameOf(id) }))];
}

function labelOf(track: TextTrack): string {
  const { label, language } = track;
  if (label) return label;
  return language === 'und' || language === '' ? nameOf(captionIdOf(track)) : language;
}

/** Of a channel. */
const nameOf = (id: string): string => id.replace(/^svc/, 'Service ');
