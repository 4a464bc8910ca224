import { request } from 'node:http';

export interface Outcome {
  readonly status: number;
  readonly body: Buffer;
  /** Whether the answer came to its end as HTTP means it. */
  readonly complete: boolean;
}

export interface ClientOptions {
  readonly headers?: Record<string, string>;
  /** Hangs up after the head of the answer and this many bytes. */
  readonly abortAfterBytes?: number;
  /** Reads a piece, rests, reads a piece. */
  readonly slow?: boolean;
}

/** One client on a connection of its own. Resolves whatever happens. */
export function ask(url: string, { headers, abortAfterBytes, slow }: ClientOptions = {}): Promise<Outcome> {
  return new Promise((done) => {
    const asked = request(url, { agent: false, headers });
    asked.on('error', () => done({ status: 0, body: Buffer.alloc(0), complete: false }));
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const status = response.statusCode ?? 0;
      const finish = () => done({ status, body: Buffer.concat(chunks), complete: response.complete });
      if (abortAfterBytes === 0) asked.destroy();
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (abortAfterBytes !== undefined && bytes >= abortAfterBytes) asked.destroy();
        if (slow) {
          response.pause();
          setTimeout(() => response.resume(), 5);
        }
      });
      response.on('error', () => {});
      response.on('close', finish);
    });
    asked.end();
  });
}
