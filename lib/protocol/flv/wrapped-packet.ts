/**
 * Packets of enhanced RTMP v2 that are wrapped ("Enhanced Audio", "Enhanced Video"): behind ModEx prefixes, or beside other tracks.
 * What they are cannot be told from their first two bytes.
 */

/** A message's packet as if it had been sent alone. */
export interface Packet {
  /** Of the packet alone. */
  readonly byte0: number;
  readonly byte1: number;
  /**
   * The default track's packet, with a plain header; shares the message's memory. Empty if the message has only other tracks, or
   * can't be read.
   */
  readonly payload: Buffer;
  /** The message has other tracks, which nobody plays. */
  readonly hasOtherTracks: boolean;
}

type MediaType = 'audio' | 'video';

const modEx = 7;
const multitrack = { audio: 5, video: 6 } as const;
const trackTypes = { one: 0, many: 1, manyCodecs: 2 } as const;
const fourCcBytes = 4;
/** The track that players get (both sections, "Track Ordering"). */
const defaultTrack = 0;
/** What comes before a packet in a message may be this long; no encoder needs a tenth of it. */
export const maxPrefixBytes = 1024;

const isExtended = (type: MediaType, byte0: number): boolean =>
  type === 'video' ? byte0 >= 0x80 : byte0 >> 4 === 9;

/** By a message's first byte: its packet is wrapped. */
export function isWrapped(type: MediaType, byte0: number): boolean {
  if (!isExtended(type, byte0)) return false;
  const packetType = byte0 & 15;
  return packetType === modEx || packetType === multitrack[type];
}

/**
 * A message's packet. `payload` may be cut off after `maxPrefixBytes`: then the packet may be cut off or missing, but its first
 * bytes are right. Overwrites bytes of a wrapped message before the packet.
 */
export function packetOf(type: MediaType, payload: Buffer): Packet {
  const [byte0 = -1, byte1 = -1] = payload;
  if (!isWrapped(type, byte0)) return { byte0, byte1, payload, hasOtherTracks: false };
  return unwrap(type, payload) ?? { byte0, byte1, payload: payload.subarray(0, 0), hasOtherTracks: false };
}

/** Undefined if it can't be read. */
function unwrap(type: MediaType, payload: Buffer): Packet | undefined {
  const head = payload.subarray(0, maxPrefixBytes);
  const flags = head[0]! & 0xf0;
  let packetType = head[0]! & 15;
  let at = 1;
  // What a modifier says (offsets below a millisecond) changes nothing here.
  while (packetType === modEx) {
    let size = (head[at++] ?? 0) + 1;
    if (size === 256) {
      if (at + 2 > head.length) return undefined;
      size = head.readUInt16BE(at) + 1;
      at += 2;
    }
    at += size;
    const types = head[at++];
    if (types === undefined) return undefined;
    packetType = types & 15;
  }
  if (packetType !== multitrack[type]) return plain(flags | packetType, payload, at, payload.length);
  const types = head[at++];
  if (types === undefined) return undefined;
  packetType = types & 15;
  if (packetType === multitrack[type] || packetType === modEx) return undefined;
  return trackOf(flags | packetType, types >> 4, payload, at);
}

/** Finds the default track. `at`: just after the byte with both types. */
function trackOf(byte0: number, trackType: number, payload: Buffer, at: number): Packet | undefined {
  const { one, many, manyCodecs } = trackTypes;
  if (trackType !== one && trackType !== many && trackType !== manyCodecs) return undefined;
  const fourCcOnce = trackType === manyCodecs ? undefined : payload.toString('latin1', at, at + fourCcBytes);
  let next = fourCcOnce === undefined ? at : at + fourCcBytes;
  let found: Packet | undefined;
  let tracks = 0;
  for (; next < payload.length; tracks++) {
    const fourCc = fourCcOnce ?? payload.toString('latin1', next, next + fourCcBytes);
    if (fourCcOnce === undefined) next += fourCcBytes;
    const track = payload[next++];
    let end = payload.length;
    if (trackType !== one) {
      if (next + 3 > payload.length) break;
      end = Math.min(end, next + 3 + payload.readUIntBE(next, 3));
      next += 3;
    }
    if (track === defaultTrack && !found) {
      payload.write(fourCc, next - fourCcBytes, 'latin1');
      found = plain(byte0, payload, next - fourCcBytes, end);
    }
    next = end;
  }
  const byte1 = fourCcOnce?.charCodeAt(0) ?? 0;
  return {
    ...(found ?? { byte0, byte1, payload: payload.subarray(0, 0) }),
    hasOtherTracks: tracks > (found ? 1 : 0),
  };
}

/** `at`: of the FourCC. */
function plain(byte0: number, payload: Buffer, at: number, end: number): Packet {
  const packet = payload.subarray(at - 1, end);
  packet[0] = byte0;
  return { byte0, byte1: packet[1] ?? -1, payload: packet, hasOtherTracks: false };
}
