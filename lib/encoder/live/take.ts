import { SharedBody } from '../../net/shared-body.ts';

export interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * What one encoder made of one segment of one rendition. Its parts are windows of the segment's body, so each byte is kept once,
 * whoever reads the part or the segment.
 */
export class Take {
  readonly run: number;
  readonly body: SharedBody;
  readonly #ends: number[] = [];
  /** Monotonic ms since when nothing is added. */
  #completeSinceMs?: number;
  #failed = false;

  constructor(run: number, expectedBytes?: number) {
    this.run = run;
    this.body = new SharedBody(undefined, expectedBytes);
  }

  get parts(): number {
    return this.#ends.length;
  }

  get bytes(): number {
    return this.body.filledBytes;
  }

  /** Every part is there. The body may still be open. */
  get isComplete(): boolean {
    return this.#completeSinceMs !== undefined;
  }

  get hasFailed(): boolean {
    return this.#failed;
  }

  add(chunk: readonly Uint8Array[]): void {
    this.body.append(...chunk);
    this.#ends.push(this.body.filledBytes);
  }

  window(index: number): Window | undefined {
    const end = this.#ends[index];
    return end === undefined ? undefined : { start: this.#ends[index - 1] ?? 0, end };
  }

  complete(nowMs: number): void {
    this.#completeSinceMs ??= nowMs;
  }

  /** Ends the body if it is complete, and was so before `completeByMs`. */
  end(completeByMs: number): void {
    const since = this.#completeSinceMs;
    if (since !== undefined && since <= completeByMs && this.body.state === 'filling') this.body.complete();
  }

  /** Another encoder makes these bytes again: whoever reads the segment must not take them for all of it. */
  fail(): void {
    this.#failed = true;
    if (this.body.state === 'filling') this.body.fail();
  }
}
