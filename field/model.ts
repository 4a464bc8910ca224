import type { Session } from './send/message.ts';
import type { Clip } from './source/clip.ts';

/** What one real encoder or network does, and what viewers must get. */
export interface FieldCase {
  readonly name: string;
  /** What is sent, for people to read. */
  readonly sent: string;
  /** What viewers must get, where it differs from `always`. */
  readonly right?: Partial<Right>;
  plan(): Promise<Plan>;
}

export interface Plan {
  readonly sessions: readonly Session[];
  /** What the numbers of the pictures are measured against. */
  readonly clip: Clip;
}

/** Limits; each is right, anything above it is wrong. */
export interface Right {
  /** Sound against its picture at every beep, either way. */
  readonly offsetMs: number;
  /** How much longer than in the source any picture stands; a slate counts as standing. */
  readonly standsMs: number;
  /** Pictures sent and never shown. */
  readonly lostPictures: number;
  /** All silence together. */
  readonly silenceMs: number;
  /** Beeps sent and never heard. */
  readonly lostBeeps: number;
  /** Of each track. */
  readonly discontinuities: number;
  /** From the first message to the first segment at the edge. */
  readonly onAirMs: number;
  /** How much further behind now the live edge may be 10 s after a disturbance than before it. */
  readonly disturbed?: { readonly fromMs: number; readonly toMs: number; readonly behindMs: number };
  /** Lines of a rendition, at least and at most. */
  readonly lines?: readonly [number, number];
  /** Which tracks viewers get. @default both */
  readonly tracks: 'both' | 'sound' | 'pictures';
  /** A refusal in words within 5 s is right, too. */
  readonly refusable: boolean;
}

/** Two AAC frames of silence and a frame of either rate are nothing that anybody notices. */
export const always: Right = {
  offsetMs: 20,
  standsMs: 100,
  lostPictures: 0,
  silenceMs: 60,
  lostBeeps: 0,
  discontinuities: 0,
  onAirMs: 6000,
  tracks: 'both',
  refusable: false,
};
