import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MemberId } from '../../routing/ids.ts';
import type { RelayKeys } from './seal.ts';

/**
 * How a live origin shows a worker's media port that it is one of ours: `Bearer <minute>.<mac>`, an HMAC-SHA-256 by the newest relay
 * key. It is good for one worker and a few minutes, so whoever overhears it can read what that worker has now, and nothing else.
 */
const minuteMs = 60_000;
/** Clocks differ, and a key may be some minutes older here than there. */
const mostMinutesAway = 2;
const pattern = /^Bearer +(\d{1,10})\.([0-9a-f]{64})$/i;

/** The value of `authorization`. `nowMs`: Unix ms. Changes once a minute. */
export function mediaCredential(keys: RelayKeys, worker: MemberId, nowMs: number): string {
  const minute = minuteOf(nowMs);
  return `Bearer ${minute}.${macOf(keys[0], worker, minute).toString('hex')}`;
}

/** Whether the header was made for this worker by one of these keys, at most two minutes from now. */
export function isMediaCredential(
  keys: RelayKeys,
  worker: MemberId,
  nowMs: number,
  header: string | undefined,
): boolean {
  const [, minuteText, macText] = pattern.exec(header ?? '') ?? [];
  if (minuteText === undefined || macText === undefined) return false;
  const minute = Number(minuteText);
  if (Math.abs(minute - minuteOf(nowMs)) > mostMinutesAway) return false;
  const mac = Buffer.from(macText, 'hex');
  // All keys are tried, so that the time doesn't tell which one fits.
  return keys.filter((key) => timingSafeEqual(macOf(key, worker, minute), mac)).length > 0;
}

const minuteOf = (nowMs: number): number => Math.floor(nowMs / minuteMs);

/** `media` keeps a MAC from being one of anything else. */
const macOf = (key: string, worker: MemberId, minute: number): Buffer =>
  createHmac('sha256', key).update(`media\n${worker}\n${minute}`).digest();
