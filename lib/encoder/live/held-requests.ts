/** Requests that wait for the same thing are looked at once. */
interface Held<Request, Answer> {
  readonly request: Request;
  /** In order of arrival. */
  readonly replies: { readonly untilMs: number; reply(answer: Answer): void }[];
}

/** Requests that are held until what they ask for is there, for a limited time. */
export class HeldRequests<Request, Answer> {
  readonly #byTarget = new Map<string, Held<Request, Answer>>();
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#count;
  }

  get distinct(): number {
    return this.#byTarget.size;
  }

  /** Returns false if too many are held already. `target`: what is asked for. */
  hold(target: string, request: Request, untilMs: number, reply: (answer: Answer) => void): boolean {
    if (this.#count >= this.#most) return false;
    this.#count++;
    const held = this.#byTarget.get(target) ?? { request, replies: [] };
    held.replies.push({ untilMs, reply });
    this.#byTarget.set(target, held);
    return true;
  }

  /** Answers those for which `judge` returns an answer. */
  settle(judge: (request: Request) => Answer | 'wait'): void {
    for (const [target, { request, replies }] of this.#byTarget) {
      const answer = judge(request);
      if (answer === 'wait') continue;
      // First, because a reply may bring the next request.
      this.#byTarget.delete(target);
      this.#count -= replies.length;
      for (const { reply } of replies) reply(answer);
    }
  }

  /** Answers those that have waited long enough. */
  expire(nowMs: number, answer: Answer): void {
    for (const [target, { replies }] of this.#byTarget) {
      while (replies[0] && replies[0].untilMs <= nowMs) {
        this.#count--;
        replies.shift()!.reply(answer);
      }
      if (replies.length === 0 && this.#byTarget.get(target)?.replies === replies)
        this.#byTarget.delete(target);
    }
  }
}
