import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { ProtocolError } from './errors.ts';

/** C1, S1, C2 and S2 (RTMP 1.0, 5.2): time, four zero bytes, 1528 random bytes. */
export const handshakePartBytes = 1536;
const version = 3;

/** Creates the random part of S1 or C1; a fixed one gives reproducible bytes. */
export type RandomSource = (length: number) => Uint8Array;

/**
 * The server side of the simple handshake. S1 has version 0 in bytes 4–7, which makes librtmp, ffmpeg and Flash use the simple
 * one too. C2 is read but not compared, because several encoders send something other than S1.
 */
export class ServerHandshake {
  readonly #random: RandomSource;
  /** The received part of C0 and C1; empty afterwards. */
  #held: Buffer = Buffer.alloc(0);
  #c2Left = handshakePartBytes;
  #answered = false;
  #rest: Buffer = Buffer.alloc(0);

  constructor(random: RandomSource = randomBytes) {
    this.#random = random;
  }

  /** The handshake is complete; bytes after it are in `rest`. */
  get done(): boolean {
    return this.#answered && this.#c2Left === 0;
  }

  /** Bytes after C2 in the push that completed the handshake. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Takes received bytes, returns the bytes to send (may be empty). Throws `HANDSHAKE_…`; must not be called once `done`. */
  push(bytes: Uint8Array): Buffer {
    if (this.#answered) {
      this.#skipC2(bytes);
      return Buffer.alloc(0);
    }
    checkVersion(this.#held[0] ?? bytes[0]);
    const missing = 1 + handshakePartBytes - this.#held.length;
    this.#held = Buffer.concat([this.#held, bytes.subarray(0, missing)]);
    if (bytes.length < missing) return Buffer.alloc(0);
    const reply = Buffer.concat([Buffer.of(version), firstPart(this.#random), this.#held.subarray(1)]);
    this.#held = Buffer.alloc(0);
    this.#answered = true;
    this.#skipC2(bytes.subarray(missing));
    return reply;
  }

  #skipC2(bytes: Uint8Array): void {
    const taken = Math.min(this.#c2Left, bytes.length);
    this.#c2Left -= taken;
    if (this.#c2Left === 0) this.#rest = Buffer.from(bytes.subarray(taken));
  }
}

/** The client side: call `start()` first, then `push` received bytes until `done`. */
export class ClientHandshake {
  readonly #random: RandomSource;
  #held: Buffer = Buffer.alloc(0);
  #echoed = false;
  #done = false;

  constructor(random: RandomSource = randomBytes) {
    this.#random = random;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Bytes after S2. */
  get rest(): Buffer {
    return this.#done ? this.#held : Buffer.alloc(0);
  }

  /** C0 and C1. */
  start(): Buffer {
    return Buffer.concat([Buffer.of(version), firstPart(this.#random)]);
  }

  /** Takes received bytes, returns the bytes to send (C2 once S1 has arrived). Throws `HANDSHAKE_BAD_VERSION`. */
  push(bytes: Uint8Array): Buffer {
    this.#held = Buffer.concat([this.#held, bytes]);
    if (this.#held.length > 0 && !this.#echoed) checkVersion(this.#held[0]);
    let reply: Buffer = Buffer.alloc(0);
    if (!this.#echoed && this.#held.length >= 1 + handshakePartBytes) {
      reply = Buffer.from(this.#held.subarray(1, 1 + handshakePartBytes));
      this.#held = this.#held.subarray(1 + handshakePartBytes);
      this.#echoed = true;
    }
    if (this.#echoed && !this.#done && this.#held.length >= handshakePartBytes) {
      this.#held = this.#held.subarray(handshakePartBytes);
      this.#done = true;
    }
    return reply;
  }
}

function checkVersion(got: number | undefined): void {
  if (got === undefined || got === version) return;
  if (got === 6 || got === 8 || got === 9) {
    throw new ProtocolError(
      'HANDSHAKE_ENCRYPTED',
      'RTMPE is not supported; publish over RTMPS (TLS) instead',
    );
  }
  throw new ProtocolError('HANDSHAKE_BAD_VERSION', `an RTMP handshake cannot start with byte ${got}`);
}

/** Time 0 is as good as any (5.2.3: an arbitrary epoch). */
function firstPart(random: RandomSource): Buffer {
  return Buffer.concat([Buffer.alloc(8), random(handshakePartBytes - 8)]);
}
