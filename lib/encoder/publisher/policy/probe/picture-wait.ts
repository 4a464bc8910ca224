/** What a publisher's metadata says it will send; undefined if it says nothing. */
export type AnnouncedTracks = 'pictures' | 'sound-alone' | undefined;

/** What a broadcast has shown up to now. */
export type ShownTracks = 'nothing' | 'sound-alone' | 'pictures';

/**
 * How much sound of a session, in ms, may come before its first picture. Then it goes on the air by itself. (Pictures that come
 * later are added, but viewers who are playing then may not see them before they reload: better to wait for those that will come.)
 */
export function pictureWaitMs(announced: AnnouncedTracks, shown: ShownTracks): number {
  if (shown === 'sound-alone') return 0;
  // Its last picture stands meanwhile.
  if (shown === 'pictures') return 1000;
  if (announced === 'sound-alone') return 500;
  return announced === 'pictures' ? 4000 : 2000;
}

const pictureFacts = ['videocodecid', 'videodatarate', 'width', 'height', 'framerate'];
const soundFacts = ['audiocodecid', 'audiodatarate', 'audiosamplerate', 'audiochannels', 'stereo'];

/**
 * What `onMetaData` (FLV specification 10.1, E.5) announces. Encoders without pictures leave those fields out, or write 0.
 */
export function announcedTracks(data: Readonly<Record<string, unknown>>): AnnouncedTracks {
  const says = (name: string): boolean => data[name] !== undefined && data[name] !== 0 && data[name] !== '';
  if (pictureFacts.some(says)) return 'pictures';
  return soundFacts.some(says) ? 'sound-alone' : undefined;
}
