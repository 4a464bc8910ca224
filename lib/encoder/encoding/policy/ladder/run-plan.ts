import type { LadderConfig } from '../../../../config/ladder.ts';
import { type Ladder, soundAlone } from '../../../../packaging/ladder-fit.ts';
import type { StreamId } from '../../../../routing/ids.ts';
import { uniform } from '../../../../routing/rendezvous.ts';
import { type InputFormat, sameFormat } from '../../../policy/input-format.ts';
import { outputIds } from '../ffmpeg/ffmpeg-arguments.ts';
import { LadderWatch } from './ladder-watch.ts';
import { OwnSizes } from './own-sizes.ts';
import { type ReturnTurn, RungReturn } from './rung-return.ts';

/** What runs make, and of what. */
export interface RunPlan {
  readonly format: InputFormat;
  readonly rungs: LadderWatch;
}

export interface RunPlannerOptions {
  readonly ladder: LadderConfig;
  readonly streamId: StreamId;
  /** Ids of the renditions that another worker made of the broadcast. */
  readonly made?: readonly string[];
  /** Shared by all broadcasts of the worker. */
  readonly returnTurn: ReturnTurn;
}

/** Plans what is made of a broadcast's inputs, one after the other. */
export class RunPlanner {
  readonly #options: RunPlannerOptions;
  readonly #sizes: OwnSizes;
  readonly #sizeRefused: (rendition: string, all: readonly string[]) => void;

  /** `sizeRefused`: the input's own size would have been one rendition too many. */
  constructor(options: RunPlannerOptions, sizeRefused: (rendition: string, all: readonly string[]) => void) {
    this.#options = options;
    this.#sizes = new OwnSizes(options.ladder, options.made);
    this.#sizeRefused = sizeRefused;
  }

  /** `known`: the plan for the input before. What was shed of another input says nothing about this one. */
  planFor(format: InputFormat, known: RunPlan | undefined): RunPlan {
    if (known && sameFormat(known.format, format)) return { format, rungs: known.rungs };
    const { streamId, returnTurn } = this.#options;
    // Broadcasts that were shed in the same second try again at different times.
    const rungReturn = new RungReturn((tries) => uniform(`${streamId}\n${tries}`));
    return { format, rungs: new LadderWatch(this.#fit(format), rungReturn, returnTurn) };
  }

  #fit({ picture }: InputFormat): Ladder {
    if (!picture) return soundAlone(this.#options.ladder);
    const { ladder, refused } = this.#sizes.fit(picture.input);
    if (refused !== undefined) this.#sizeRefused(refused, outputIds(ladder));
    return ladder;
  }
}
