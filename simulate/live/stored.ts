import type { EdgeRequest, EdgeResponse, EdgeService } from '../../lib/edge/ports.ts';
import { SharedBody, SharedBodyReader } from '../../lib/net/shared-body.ts';

/** The object store: whole segments, and playlists that say how far it was when they were last written. */
export class Stored implements EdgeService {
  /** The newest segment that a stored playlist names. */
  listed = -1;
  requests = 0;

  handle({ target }: EdgeRequest, reply: (response: EdgeResponse) => void): void {
    this.requests++;
    const [, number] = /\/(\d+)\.m4s$/.exec(target) ?? [];
    if (number !== undefined) reply(Number(number) <= this.listed ? found('segment', 31_536_000) : missing);
    else reply(found(`#EXTM3U\n${this.listed} whole\n`, 1));
  }
}

const missing: EdgeResponse = { status: 404, headers: { 'content-length': '0' } };

function found(text: string, maxAge: number): EdgeResponse {
  const body = SharedBody.of(Buffer.from(text));
  return {
    status: 200,
    headers: { 'cache-control': `public, max-age=${maxAge}`, 'content-length': String(text.length) },
    body: new SharedBodyReader(body, { start: 0 }),
  };
}
