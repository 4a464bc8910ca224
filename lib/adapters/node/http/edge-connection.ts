import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { SendPace } from '../../../edge/policy/limits/send-pace.ts';
import type { EdgeResponse, EdgeService } from '../../../edge/ports.ts';
import type { BodyReader } from '../../../net/body-reader.ts';
import { maxHeadBytes, parseRequestHead, type RequestHead } from '../../../protocol/http/request-head.ts';
import { clientOf } from '../../../protocol/relay/ip-address.ts';
import { httpDate } from './http-date.ts';
import { unsentBytes } from './unsent-bytes.ts';

/** Maximum bytes per write while more follow. The socket gets no more until these are out. */
const writeBytes = 256 * 1024;
/** Up to this size, appending the body to the head is cheaper than a second piece in the write. */
const joinBytes = 16 * 1024;

export interface ConnectionLimits {
  /** Limit without traffic. */
  readonly idleTimeoutMs: number;
  /** From the start of a connection, or the first byte of a request, to the end of its head. */
  readonly headersTimeoutMs: number;
  /** A client must take the minimum rate of a response, on average over this long. */
  readonly slowReadMs: number;
  /** After our last byte, a client has this long to close: a reset before that could take the response from it. */
  readonly lingerMs: number;
}

/** One client's connection: answers requests one after another, in order. */
export class EdgeConnection {
  readonly #socket: Socket;
  readonly #service: EdgeService;
  readonly #address: string;
  readonly #client: string;
  /** Received bytes of requests not started yet. */
  #pending: Buffer | undefined;
  /** The request being answered. */
  #request: RequestHead | undefined;
  #body: BodyReader | undefined;
  /** The body whose bytes the socket still has, also after the last of them was written to it. */
  #unsentBody: BodyReader | undefined;
  readonly #limits: ConnectionLimits;
  readonly #pace: SendPace;
  /** The head of the response, held until the first bytes of the body: one write for both. */
  #heldHead = '';
  /** Body writes the socket has not completed; the body counts as read only when there are none. */
  #unsent = { writes: 0, done: () => {} };
  /** The body is sent in chunks because its length is unknown. */
  #chunked = false;
  /** Since when a request head has been awaited (ms); undefined between requests and while one is being answered. */
  #headSinceMs: number | undefined = performance.now();
  readonly #reset = () => {
    this.#socket.resetAndDestroy();
  };
  /** Since when nothing has been asked or answered (ms). */
  #idleSinceMs = performance.now();
  /** Since when everything has been sent and only the client's end is awaited (ms). */
  #sentAllSinceMs: number | undefined;
  /** The current request is the last: further input is dropped. */
  #lastRequest = false;
  /** The client half-closed and still waits for its responses. */
  #inputEnded = false;
  /** `#next` is running: a response that is available immediately must not recurse. */
  #advancing = false;

  constructor(socket: Socket, service: EdgeService, limits: ConnectionLimits) {
    this.#socket = socket;
    this.#service = service;
    this.#address = socket.remoteAddress ?? '';
    this.#client = clientOf(this.#address);
    this.#limits = limits;
    this.#pace = new SendPace(limits.slowReadMs);
    socket.setTimeout(limits.idleTimeoutMs, () => socket.destroy());
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => {
      this.#inputEnded = true;
      this.#next();
    });
    socket.on('drain', () => {
      this.#send();
      this.#next();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#release());
  }

  /** Since when the client has kept this connection without using it (ms); undefined while it does. */
  get unusedSinceMs(): number | undefined {
    if (this.#request === undefined && this.#socket.writableLength === 0) return this.#idleSinceMs;
    return this.#pace.stalledSinceMs;
  }

  /** Closes the connection if its client takes too long to send a head or to take a response. Call about every second. */
  look(nowMs: number): void {
    if (this.#socket.destroyed) return;
    this.#checkHead(nowMs - this.#limits.headersTimeoutMs);
    const unsent = unsentBytes(this.#socket);
    if (unsent > 0) this.#checkPace(unsent, nowMs);
    else {
      this.#pace.pause();
      if (this.#socket.writableEnded) this.#checkEnd(nowMs);
    }
  }

  #checkPace(unsent: number, nowMs: number): void {
    const isTooSlow = this.#pace.look(this.#socket.bytesWritten - unsent, nowMs);
    this.#unsentBody?.stalled(this.#pace.stalledSinceMs);
    if (isTooSlow) this.#reset();
  }

  #checkEnd(nowMs: number): void {
    this.#sentAllSinceMs ??= nowMs;
    // Whatever the client still sends: we have stopped listening.
    if (nowMs - this.#sentAllSinceMs >= this.#limits.lingerMs) this.#socket.destroy();
  }

  #checkHead(beganBeforeMs: number): void {
    if (this.#headSinceMs === undefined || this.#headSinceMs >= beganBeforeMs) return;
    // A connection that was merely opened (browsers preconnect) has no request to refuse.
    if (this.#pending) this.#refuse(408);
    else this.#socket.destroy();
  }

  /** Makes the current request the last one. */
  finish(): void {
    this.#lastRequest = true;
    if (!this.#request) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    if (this.#lastRequest) return;
    this.#pending = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    this.#next();
    // Back-pressure for clients that keep sending without waiting for responses or without reading them.
    if (this.#busy && this.#pending && this.#pending.length > maxHeadBytes) this.#socket.pause();
  }

  /** The previous response isn't finished, or the client isn't reading it: the next request has to wait. */
  get #busy(): boolean {
    return this.#request !== undefined || this.#socket.writableNeedDrain;
  }

  /** Starts the next request if its head is complete, and continues while responses are immediate. */
  #next(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#pending && !this.#busy && !this.#lastRequest) {
      const head = this.#takeHead(this.#pending);
      if (head === undefined) break;
      if (typeof head === 'number') this.#refuse(head);
      else this.#begin(head);
    }
    this.#advancing = false;
    if (this.#busy || this.#lastRequest) return;
    if (this.#inputEnded) this.#socket.end();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** Takes a head off the received bytes; undefined if incomplete, a status if it must be refused. */
  #takeHead(pending: Buffer): RequestHead | number | undefined {
    const end = pending.indexOf('\r\n\r\n');
    if (end > maxHeadBytes || (end === -1 && pending.length > maxHeadBytes)) return 431;
    if (end === -1) {
      this.#headSinceMs ??= performance.now();
      // Don't wait for the end of a head in, for example, a TLS handshake.
      return isLetter(pending[0]) ? undefined : 400;
    }
    this.#pending = end + 4 < pending.length ? pending.subarray(end + 4) : undefined;
    return parseRequestHead(pending.toString('latin1', 0, end));
  }

  #begin(head: RequestHead): void {
    this.#request = head;
    this.#headSinceMs = undefined;
    const { method, target, headers } = head;
    const request = { method, target, headers, client: this.#client, address: this.#address };
    this.#service.handle(request, (response) => this.#answer(head, response));
  }

  #answer(request: RequestHead, { status, headers, body }: EdgeResponse): void {
    if (this.#socket.destroyed || this.#request !== request) {
      body?.close();
      return;
    }
    const counted = body === undefined || headers['content-length'] !== undefined;
    this.#chunked = !counted && request.chunks;
    // Without a content length and without chunks, only closing the connection ends the body.
    if (!request.keepAlive || (!counted && !request.chunks)) this.#lastRequest = true;
    this.#heldHead = this.#head(status, headers);
    if (!body) {
      this.#sendHeldHead();
      this.#end();
      return;
    }
    this.#body = body;
    this.#unsentBody = body;
    body.whenCut(this.#reset);
    const unsent = { writes: 0, done: () => {} };
    unsent.done = () => {
      unsent.writes--;
      if (unsent.writes === 0 && this.#body !== body) this.#closeBody(body);
    };
    this.#unsent = unsent;
    this.#send();
  }

  #head(status: number, headers: Readonly<Record<string, string>>): string {
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
    for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
    if (this.#chunked) text += 'transfer-encoding: chunked\r\n';
    if (this.#lastRequest) text += 'connection: close\r\n';
    else if (this.#request?.chunks === false) text += 'connection: keep-alive\r\n';
    return `${text}date: ${httpDate()}\r\n\r\n`;
  }

  /** Sends the available part of the body at the client's pace. */
  #send(): void {
    const body = this.#body;
    if (!body || this.#socket.destroyed || this.#socket.writableNeedDrain) return;
    const rest = this.#chunked ? undefined : body.rest();
    if (rest) {
      this.#write(rest);
      this.#endBody(body);
      return;
    }
    let bytes = body.next(writeBytes);
    while (typeof bytes !== 'string' && this.#write(bytes)) bytes = body.next(writeBytes);
    // Otherwise the socket is full and emits `drain` once it is empty.
    if (bytes === 'wait') {
      body.whenMore(() => this.#send());
    } else if (bytes === 'end') {
      this.#sendHeldHead();
      if (this.#chunked) this.#socket.write('0\r\n\r\n', 'latin1');
      this.#endBody(body);
    } else if (bytes === 'failed') {
      // A plain close would make a body without a content length look complete.
      this.#socket.resetAndDestroy();
    }
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#heldHead !== '' && !this.#chunked && bytes.length <= joinBytes) {
      const joined = Buffer.allocUnsafe(this.#heldHead.length + bytes.length);
      joined.write(this.#heldHead, 'latin1');
      joined.set(bytes, this.#heldHead.length);
      this.#heldHead = '';
      return this.#socket.write(joined);
    }
    this.#unsent.writes++;
    this.#socket.cork();
    this.#sendHeldHead();
    if (this.#chunked) this.#socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
    let more = this.#socket.write(bytes, this.#unsent.done);
    if (this.#chunked) more = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    return more;
  }

  #sendHeldHead(): void {
    if (this.#heldHead !== '') this.#socket.write(this.#heldHead, 'latin1');
    this.#heldHead = '';
  }

  #endBody(body: BodyReader): void {
    this.#body = undefined;
    if (this.#unsent.writes === 0) this.#closeBody(body);
    this.#end();
  }

  #closeBody(body: BodyReader): void {
    body.close();
    if (this.#unsentBody === body) this.#unsentBody = undefined;
  }

  /** The response is sent, or in the socket's buffer. */
  #end(): void {
    this.#request = undefined;
    this.#idleSinceMs = performance.now();
    if (this.#lastRequest) this.#socket.end();
    else this.#next();
  }

  #refuse(status: number): void {
    this.#lastRequest = true;
    this.#headSinceMs = undefined;
    this.#pending = undefined;
    const head = this.#head(status, { 'content-length': '0' });
    this.#socket.end(head, 'latin1', () => this.#socket.destroy());
  }

  #release(): void {
    this.#body?.close();
    this.#body = undefined;
    this.#pending = undefined;
  }
}

const isLetter = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x41 && byte <= 0x5a;
