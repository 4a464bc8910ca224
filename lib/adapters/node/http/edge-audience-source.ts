import { z } from 'zod';
import type { AudienceSource } from '../../../audience/ports.ts';

const count = z.number().nonnegative();
const answer = z.object({
  takes: z.array(
    z.object({
      streamPath: z.string(),
      broadcastId: z.string(),
      viewers: count,
      peak: count,
      plays: count,
      watchMs: count,
      toldMs: count,
      stalledMs: count,
      startups: z.array(count),
    }),
  ),
});

const timeoutMs = 5_000;

/** The audience that a local edge counts. `token`: what the edge asks for (`tier-token`). */
export function edgeAudienceSource(edgeUrl: string, token: string): AudienceSource {
  return {
    async take() {
      const response = await fetch(`${edgeUrl}/_audience`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`The edge responded with status ${response.status}.`);
      return answer.parse(await response.json()).takes;
    },
  };
}
