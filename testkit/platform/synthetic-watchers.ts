/** Viewers who ask for one address again and again, and say who they are as players do (CMCD). */
export class SyntheticWatchers {
  readonly #timers: NodeJS.Timeout[];

  /** `headers`: says it by headers instead of the query. */
  constructor(url: string, count: number, { headers = false }: { headers?: boolean } = {}) {
    this.#timers = Array.from({ length: count }, (_, index) => {
      const text = `bsda=(0),msd=${400 + index * 100},sid="watcher-${index}-${headers ? 'h' : 'q'}",v=2`;
      return setInterval(() => {
        const asked = headers
          ? fetch(url, { headers: { 'CMCD-Session': text } })
          : fetch(`${url}?CMCD=${encodeURIComponent(text)}`);
        asked.then((answer) => answer.arrayBuffer()).catch(() => {});
      }, 1_000);
    });
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

export interface AudienceAnswer {
  readonly broadcastId?: string;
  readonly viewers: number;
  readonly peak: number;
  readonly plays: number;
  readonly watchTimeMs: number;
  readonly startupMs?: { readonly p50: number; readonly p95: number };
  readonly rebufferRatio?: number;
  readonly series: { readonly samples: readonly { readonly viewers: number }[] };
}

export async function getAudience(api: string, id: string): Promise<AudienceAnswer> {
  return (await (await fetch(`${api}/v1/streams/${id}/audience`)).json()) as AudienceAnswer;
}
