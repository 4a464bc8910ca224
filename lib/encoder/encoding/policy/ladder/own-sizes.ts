import type { LadderConfig } from '../../../../config/ladder.ts';
import { fitLadder, type Ladder, type VideoInput } from '../../../../packaging/ladder-fit.ts';

/** Each rendition that ever existed keeps a playlist, which is written with every segment: a broadcast has this many own sizes at most. */
const maxOwnSizes = 8;

/**
 * Fits the ladders of a broadcast's inputs. An input between two rungs keeps its own size, as a rendition beside the configured ones;
 * one that keeps changing it gets the nearest rung after a while.
 */
export class OwnSizes {
  readonly #config: LadderConfig;
  readonly #ids = new Set<string>();

  /** `made`: ids of the renditions that another worker made of the broadcast. */
  constructor(config: LadderConfig, made: readonly string[] = []) {
    this.#config = config;
    for (const id of made) if (id !== 'audio' && !this.#isRung(id)) this.#ids.add(id);
  }

  /** `refused`: the own size that it would have had. */
  fit(input: VideoInput): { readonly ladder: Ladder; readonly refused?: string } {
    let refused: string | undefined;
    const ladder = fitLadder(input, this.#config, (id) => {
      if (this.#ids.has(id) || this.#ids.size < maxOwnSizes) return true;
      refused = id;
      return false;
    });
    for (const { id } of ladder.video) if (!this.#isRung(id)) this.#ids.add(id);
    return { ladder, ...(refused !== undefined && { refused }) };
  }

  #isRung(id: string): boolean {
    return this.#config.rungs.some((rung) => rung.id === id);
  }
}
