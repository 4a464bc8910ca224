import type { LadderConfig } from '../config/ladder.ts';
import type { Clock } from '../net/clock.ts';
import type { ObjectStore } from '../object-store/ports.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { VideoEncoder } from './encoding/policy/ffmpeg/ffmpeg-arguments.ts';
import type { FfmpegBuild } from './encoding/policy/ffmpeg/ffmpeg-version.ts';
import type { ReturnTurn } from './encoding/policy/ladder/rung-return.ts';
import type { EncoderStore, StartEncoder } from './ports.ts';
import type { RefusalRepeats } from './report/refusal-repeats.ts';

/** What all broadcasts of a worker share. */
export interface BroadcastContext {
  readonly store: EncoderStore;
  readonly objects: ObjectStore;
  readonly startEncoder: StartEncoder;
  readonly ffmpeg: FfmpegBuild;
  readonly ladder: LadderConfig;
  /** @default x264 */
  readonly videoEncoder?: VideoEncoder;
  readonly returnTurn: ReturnTurn;
  readonly refusals: RefusalRepeats;
  readonly region: string;
  readonly utcTimingUrl: string;
  readonly windowSegments: number;
  /**
   * Whether viewers are served what the object store doesn't have yet, by live origins. Without, it is all that they get: no parts, and
   * every playlist as soon as its segment is there. @default true
   */
  readonly liveOrigin?: boolean;
  /** Length of a part in ms, one of `partLengthsMs`. @default `defaultPartMs` */
  readonly partMs?: number;
  readonly clock: Clock;
  readonly emit: EmitEvent;
  /** The control store stopped responding, or responds again. */
  reachable(isReachable: boolean, cause?: unknown): void;
}
