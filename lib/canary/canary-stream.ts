import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ApiFaultError, CanaryUnusableError } from './policy/errors.ts';
import type { ApiResponse, ControlApi } from './ports.ts';

const created = z.object({
  id: z.string(),
  ingest: z.object({ rtmps: z.object({ url: z.string(), key: z.string() }) }),
  playback: z.object({ hls: z.url(), dash: z.url() }),
});
const stream = z.object({
  state: z.string(),
  broadcast: z.object({ renditions: z.array(z.object({ id: z.string() })) }).optional(),
});
const takedown = z.object({ state: z.string() });
const problem = z.object({ type: z.string(), detail: z.string().optional() });

/** Shows in the console what the stream is for. */
const streamName = 'Headwater canary';
/** A broadcast of an interrupted canary ends soon by itself. */
const reconnectWindowMs = 10_000;
/** How long the removal may take: a broadcast ends first, or a takedown is undone. */
const removeWithinMs = 180_000;
const removeEveryMs = 1_000;

/** The stream that a run creates and removes. */
export class CanaryStream {
  readonly id: string;
  /** Where to publish, with the stream key. */
  readonly ingestUrl: string;
  readonly playback: { readonly hls: string; readonly dash: string };
  readonly #api: ControlApi;
  #removed = false;

  private constructor(api: ControlApi, { id, ingest, playback }: z.output<typeof created>) {
    this.#api = api;
    this.id = id;
    this.ingestUrl = `${ingest.rtmps.url}/${ingest.rtmps.key}`;
    this.playback = playback;
  }

  /** Throws `CanaryUnusableError` if this API doesn't let us create streams, or isn't one. */
  static async create(api: ControlApi): Promise<CanaryStream> {
    const response = await api.request('POST', '/v1/streams', { name: streamName, reconnectWindowMs });
    const { status } = response;
    if (status === 401 || status === 403) {
      throw new CanaryUnusableError(
        `The API refuses ${api.identity} (${status}${detailOf(response)}). Creating a stream, its takedown and its deletion must be allowed.`,
      );
    }
    const parsed = created.safeParse(response.body);
    if (status === 201 && parsed.success) return new CanaryStream(api, parsed.data);
    const known = problem.safeParse(response.body).success;
    if (status >= 500 || known) throw faultOf('POST /v1/streams', response);
    throw new CanaryUnusableError(`This is not a Headwater control API: POST /v1/streams got ${status}.`);
  }

  /** The region that its playback URLs name. */
  get region(): string {
    return new URL(this.playback.hls).pathname.split('/')[1] ?? '';
  }

  /** Ids of the renditions of its newest broadcast, sound included, as the API reports them. */
  async renditions(): Promise<string[]> {
    const { broadcast } = stream.parse(await this.#ask('GET', ''));
    return broadcast?.renditions.map(({ id }) => id) ?? [];
  }

  async takeDown(): Promise<void> {
    await this.#ask('POST', '/takedown', { reason: 'A check of the canary' });
  }

  async restore(): Promise<void> {
    await this.#ask('POST', '/restore');
  }

  async takedownState(): Promise<string> {
    return takedown.parse(await this.#ask('GET', '/takedown')).state;
  }

  /** Whether the API still knows it. */
  async exists(): Promise<boolean> {
    return (await this.#api.request('GET', this.#path(''))).status !== 404;
  }

  /**
   * Deletes the stream and its recordings, whatever state it is in: ends its broadcast and undoes its takedown first. Resolves once
   * that's accepted; what it couldn't remove, in words.
   */
  async remove(): Promise<string | undefined> {
    if (this.#removed) return undefined;
    const untilMs = performance.now() + removeWithinMs;
    let why = '';
    while (performance.now() < untilMs) {
      why = await this.#tryToRemove().catch((fault: Error) => fault.message);
      if (why === '') {
        this.#removed = true;
        return undefined;
      }
      await sleep(removeEveryMs);
    }
    return `Stream ${this.id} is left behind (${why}). Delete it: DELETE ${this.#path('')}?recordings=delete`;
  }

  /** Why not; empty if it has been deleted. */
  async #tryToRemove(): Promise<string> {
    const response = await this.#api.request('DELETE', `${this.#path('')}?recordings=delete`);
    if (response.status === 202 || response.status === 404) return '';
    const { type = '' } = problem.safeParse(response.body).data ?? {};
    if (type.endsWith(':stream-on-air')) await this.#api.request('POST', this.#path('/end'));
    if (type.endsWith(':stream-taken-down')) await this.#api.request('POST', this.#path('/restore'));
    return faultOf('DELETE', response).message;
  }

  async #ask(method: 'GET' | 'POST', rest: string, body?: object): Promise<unknown> {
    const response = await this.#api.request(method, this.#path(rest), body);
    if (response.status >= 300) throw faultOf(`${method} ${this.#path(rest)}`, response);
    return response.body;
  }

  #path(rest: string): string {
    return `/v1/streams/${this.id}${rest}`;
  }
}

const faultOf = (request: string, response: ApiResponse): ApiFaultError =>
  new ApiFaultError(`${request} got ${response.status}${detailOf(response)}`);

function detailOf({ body }: ApiResponse): string {
  const detail =
    problem.safeParse(body).data?.detail ?? z.object({ message: z.string() }).safeParse(body).data?.message;
  return detail === undefined ? '' : `: ${detail}`;
}
