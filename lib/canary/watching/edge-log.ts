import { deliveryRuleFor } from '../../edge/policy/delivery.ts';
import type { Delivered } from '../policy/delivery.ts';
import type { EdgeResponse, RequestEdge } from '../ports.ts';

/** Requests media from the edge and remembers what it answered. */
export class EdgeLog {
  readonly delivered: Delivered[] = [];
  /** What was delivered of segments and init segments, by URL: the newest answer. */
  readonly bodies = new Map<string, Buffer>();
  readonly #edge: RequestEdge;
  readonly #seen = new Set<string>();

  constructor(edge: RequestEdge) {
    this.#edge = edge;
  }

  async get(url: string, signal: AbortSignal): Promise<EdgeResponse> {
    const response = await this.#edge(url, { signal });
    const path = new URL(url).pathname;
    const { status, headers, body } = response;
    this.delivered.push({ path, status, headers, repeated: this.#seen.has(path) });
    if (status !== 200) return response;
    this.#seen.add(path);
    const kind = deliveryRuleFor(path)?.kind;
    if (kind === 'segment' || kind === 'init') this.bodies.set(url, body);
    return response;
  }
}
