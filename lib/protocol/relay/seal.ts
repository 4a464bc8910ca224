import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MemberId } from '../../routing/ids.ts';
import { ProtocolError } from '../rtmp/errors.ts';
import { decodeProxyHeader } from './proxy-header.ts';

/**
 * The keys that proxies and workers share, newest first. A hello carries a MAC for each of them and one match is enough: a program
 * that has read the rotated secret and one that has not still have a key in common.
 */
export type RelayKeys = readonly [string, ...string[]];

/** What a sealed hello is bound to, beside everything in it. */
export interface SealFacts {
  /** The worker it is meant for. */
  readonly worker: MemberId;
  /** By that worker's clock, in Unix ms. */
  readonly sentAtMs: number;
}

export interface OpenedSeal extends SealFacts {
  /** Differs for each hello: equal ones are the same hello again. */
  readonly id: string;
}

const tlv = { facts: 0xe8, macs: 0xe9 } as const;
const tlvHeadBytes = 3;
const lengthAt = 14;
const headBytes = 16;
const timeBytes = 8;
const macBytes = 32;
const mostKeys = 4;
const leastKeyChars = 32;
/** Keeps a MAC from being one of anything else. */
const purpose = 'headwater relay hello 1\n';

/** Reads a secret with a key per line. Undefined if it isn't one; say so without quoting it. */
export function parseRelayKeys(text: string): RelayKeys | undefined {
  const [first, ...others] = text.split(/\s+/).filter((key) => key !== '');
  if (first === undefined || others.length >= mostKeys) return undefined;
  return [first, ...others].every((key) => key.length >= leastKeyChars) ? [first, ...others] : undefined;
}

/** Appends two TLVs to a hello: the facts, and the MACs of all that precedes them. */
export function sealHello(hello: Buffer, { worker, sentAtMs }: SealFacts, keys: RelayKeys): Buffer {
  const time = Buffer.allocUnsafe(timeBytes);
  time.writeBigUInt64BE(BigInt(Math.round(sentAtMs)));
  const facts = Buffer.concat([time, Buffer.from(worker, 'ascii')]);
  const sealed = Buffer.concat([
    hello,
    tlvHead(tlv.facts, facts.length),
    facts,
    tlvHead(tlv.macs, keys.length * macBytes),
  ]);
  sealed.writeUInt16BE(sealed.length + keys.length * macBytes - headBytes, lengthAt);
  return Buffer.concat([sealed, ...keys.map((key) => macOf(sealed, key))]);
}

/**
 * The facts of a sealed hello (a whole PROXY header). Throws `RELAY_HELLO_UNSEALED` if it has no seal, and
 * `RELAY_HELLO_FORGED` if none of its MACs is one of `keys`.
 */
export function openSeal(header: Buffer, keys: RelayKeys): OpenedSeal {
  const tlvs = decodeProxyHeader(header)?.header.tlvs ?? [];
  const [facts, macs] = tlvs.slice(-2);
  if (facts?.type !== tlv.facts || macs?.type !== tlv.macs || facts.value.length <= timeBytes) {
    throw new ProtocolError('RELAY_HELLO_UNSEALED', 'the relay hello has no seal');
  }
  const { length } = macs.value;
  if (length % macBytes !== 0 || length > mostKeys * macBytes) throw forged();
  const sealed = header.subarray(0, header.length - length);
  const expected = keys.map((key) => macOf(sealed, key));
  for (let at = 0; at < length; at += macBytes) {
    const mac = macs.value.subarray(at, at + macBytes);
    if (!expected.some((each) => timingSafeEqual(each, mac))) continue;
    return {
      worker: facts.value.toString('latin1', timeBytes) as MemberId,
      sentAtMs: Number(facts.value.readBigUInt64BE(0)),
      id: mac.toString('latin1'),
    };
  }
  throw forged();
}

function tlvHead(type: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(tlvHeadBytes);
  head.writeUInt8(type);
  head.writeUInt16BE(length, 1);
  return head;
}

function macOf(sealed: Buffer, key: string): Buffer {
  return createHmac('sha256', key).update(purpose).update(sealed).digest();
}

function forged(): ProtocolError {
  return new ProtocolError('RELAY_HELLO_FORGED', 'the relay hello is sealed with a key that is unknown here');
}
