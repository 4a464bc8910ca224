import { type Budget, ClientBudgets } from '../../../net/client-budget.ts';
import type { CacheKey } from '../cache-key.ts';
import { type KnownObjects, knowledgeOf } from './known-names.ts';
import type { PlaylistPositions } from './playlist-positions.ts';

/** Requests of one client for objects that turned out not to exist. Players ask a little too early now and then. */
const absentBudget: Budget = { burst: 10, perSecond: 2 };
/** The same for manifests: pages wait for broadcasts by asking for their manifests. */
const absentManifestBudget: Budget = { burst: 32, perSecond: 8 };
/** Waiting means to ask for the same name again, each second. That is no guess, but it has its limit, too. */
const repeatBudget: Budget = { burst: 64, perSecond: 64 };
/** Segments asked for in a folder that only a manifest names: a DASH player begins there, or somebody guesses. */
const folderBudget: Budget = { burst: 8, perSecond: 2 };
/** Fills at once that one client has caused and whose outcome is unknown. */
const maxPending = 64;

/** A fill that was admitted; call `settled` when it is known whether the object exists. */
export interface Admission {
  settled(exists: boolean, nowMs: number): void;
}

/**
 * Which misses may be asked of the next tier. Names that don't exist are the one kind of request that no cache can coalesce: each is
 * another read. A client that has used up its budget for them is refused further names, except those that the cache has reason to
 * believe in; so whoever makes up names stops nobody at the same address from watching.
 */
export class FillLimit {
  readonly #known: KnownObjects;
  readonly #positions: Pick<PlaylistPositions, 'knows'>;
  readonly #absent = new ClientBudgets(absentBudget);
  readonly #absentManifests = new ClientBudgets(absentManifestBudget);
  readonly #repeats = new ClientBudgets(repeatBudget);
  readonly #folders = new ClientBudgets(folderBudget);
  readonly #pending = new Map<string, number>();

  constructor(known: KnownObjects, positions: Pick<PlaylistPositions, 'knows'>) {
    this.#known = known;
    this.#positions = positions;
  }

  /** Undefined if the client is refused. `nowMs` is monotonic. */
  admit(key: CacheKey, client: string, nowMs: number): Admission | undefined {
    const budgets = this.#budgetsFor(key);
    const pending = this.#pending.get(client) ?? 0;
    const isStrained = pending >= maxPending || budgets.left(client, nowMs) < 1;
    if (isStrained && !this.#believes(key, nowMs)) return undefined;
    this.#pending.set(client, pending + 1);
    return {
      settled: (exists, settledMs) => {
        const rest = (this.#pending.get(client) ?? 1) - 1;
        if (rest === 0) this.#pending.delete(client);
        else this.#pending.set(client, rest);
        if (!exists) budgets.spend(client, settledMs);
      },
    };
  }

  #budgetsFor({ key, rule }: CacheKey): ClientBudgets {
    if (this.#known.wasAbsent(key)) return this.#repeats;
    const isManifest = rule.kind === 'manifest' || rule.kind === 'multivariant-playlist';
    return isManifest ? this.#absentManifests : this.#absent;
  }

  /** Whether the cache has reason to believe that the object exists. */
  #believes(key: CacheKey, nowMs: number): boolean {
    if (this.#positions.knows(key.key)) return true;
    const knowledge = knowledgeOf(key, this.#known);
    if (knowledge !== 'possible') return knowledge === 'named';
    const folder = key.key.slice(0, key.key.lastIndexOf('/'));
    if (this.#folders.left(folder, nowMs) < 1) return false;
    this.#folders.spend(folder, nowMs);
    return true;
  }
}
