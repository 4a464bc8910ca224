import { base36Ms, type SigningKey, signToken } from '../../../edge/policy/access/playback-token.ts';
import { randomId } from '../../../routing/ids.ts';

export interface NewSession {
  /** `<region>/<streamId>`. */
  readonly streamPath: string;
  readonly ttlMs: number;
  readonly viewerId?: string | undefined;
  readonly address?: string | undefined;
  /** Tokens issued until then are revoked. */
  readonly notBeforeMs?: number | undefined;
}

/** One viewer's permission to watch a signed stream for a while. Nothing of it is stored: its token proves it. */
export interface PlaybackSession {
  /** 20 characters: its expiry, and 60 random bits. */
  readonly id: string;
  readonly expiresMs: number;
  readonly token: string;
}

export function newPlaybackSession(making: NewSession, key: SigningKey, nowMs: number): PlaybackSession {
  const { streamPath, ttlMs, viewerId, address, notBeforeMs = 0 } = making;
  // Another instance, whose clock is ahead, may just have revoked everything.
  const issuedMs = Math.max(nowMs, notBeforeMs + 1);
  const expiresMs = issuedMs + ttlMs;
  const id = base36Ms(expiresMs) + randomId(12);
  return { id, expiresMs, token: signToken(streamPath, { session: id, issuedMs, viewerId, address }, key) };
}
