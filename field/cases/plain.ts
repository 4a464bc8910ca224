import type { FieldCase, Plan } from '../model.ts';
import { inRealTime, type Session, type TimedMessage } from '../send/message.ts';
import { type Clip, type ClipOptions, type ClipTag, clipOf } from '../source/clip.ts';

/** One session of these messages. */
export const oneSession = (
  clip: Clip,
  messages: readonly TimedMessage[],
  session: Omit<Session, 'messages'> = {},
): Plan => ({ clip, sessions: [{ messages, ...session }] });

/** One session of a clip's tags in real time, after `change`. */
export async function clipPlan(
  options: ClipOptions,
  change: (tags: readonly ClipTag[]) => readonly ClipTag[] = (tags) => tags,
): Promise<Plan> {
  const clip = await clipOf(options);
  return oneSession(clip, inRealTime(change(clip.tags)));
}

export const plain: FieldCase = {
  name: 'plain',
  sent: 'the control: 25 pictures a second, a key frame every 2 s, 48 kHz stereo',
  plan: () => clipPlan({ seconds: 16 }),
};
