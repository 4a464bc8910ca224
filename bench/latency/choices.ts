import type { LatencyMode } from '../../lib/control-store/records.ts';
import { stockPlayers } from '../../testkit/screen/stock-players.ts';

/** `page` is our own. */
export const latencyPlayers = [...stockPlayers, 'page'] as const;
export type LatencyPlayer = (typeof latencyPlayers)[number];
export const latencyModes: readonly LatencyMode[] = ['low', 'standard'];

/** What the latency part measures. */
export interface LatencyChoices {
  readonly players: readonly LatencyPlayer[];
  readonly modes: readonly LatencyMode[];
  /** What the publisher sends, `<width>x<height>`. */
  readonly source: string;
  /** Of each player. */
  readonly seconds: number;
}
