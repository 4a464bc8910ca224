import { Buffer } from 'node:buffer';
import { ProtocolError } from '../rtmp/errors.ts';
import { formatIp, parseIp } from './ip-address.ts';

/** PROXY protocol version 2 (haproxy.org, proxy-protocol.txt, 2.2): the real client's address, and typed extras. */
export interface ProxyHeader {
  /** `local`: the sender's own connection (health checks). */
  readonly command: 'proxy' | 'local';
  /** Both ends over TCP 4 or 6; undefined for UNSPEC and for unsupported transports. */
  readonly addresses?: { readonly source: Endpoint; readonly destination: Endpoint };
  readonly tlvs: readonly Tlv[];
}

export interface Endpoint {
  /** Dotted IPv4, or IPv6 in its shortest form. An IPv4 address mapped into IPv6 is given as IPv4. */
  readonly address: string;
  readonly port: number;
}

export interface Tlv {
  readonly type: number;
  readonly value: Buffer;
}

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const headBytes = 16;
/** Family and transport (2.2) → address size in bytes. */
const addressBytes: Readonly<Record<number, number>> = { 17: 4, 33: 16 };

/** Throws a `RangeError` for invalid values, for example a malformed address. */
export function encodeProxyHeader(header: ProxyHeader): Buffer {
  const addresses = encodeAddresses(header.addresses);
  const tlvs = header.tlvs.map(({ type, value }) => {
    const head = Buffer.allocUnsafe(3);
    head.writeUInt8(type);
    head.writeUInt16BE(value.length, 1);
    return Buffer.concat([head, value]);
  });
  const body = Buffer.concat([addresses.bytes, ...tlvs]);
  const head = Buffer.allocUnsafe(4);
  head[0] = header.command === 'proxy' ? 0x21 : 0x20;
  head[1] = addresses.family;
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([signature, head, body]);
}

function encodeAddresses(addresses: ProxyHeader['addresses']): { family: number; bytes: Buffer } {
  if (addresses === undefined) return { family: 0, bytes: Buffer.alloc(0) };
  const ends = [addresses.source, addresses.destination];
  const four = ends.map((end) => parseIp(end.address, 4));
  const family = four.every((bytes) => bytes !== undefined) ? 0x11 : 0x21;
  const ips = ends.map((end, index) => {
    const bytes = family === 0x11 ? four[index] : parseIp(end.address, 16);
    if (bytes === undefined) throw new RangeError(`'${end.address}' is not an IP address`);
    return bytes;
  });
  const ports = Buffer.allocUnsafe(4);
  ports.writeUInt16BE(addresses.source.port, 0);
  ports.writeUInt16BE(addresses.destination.port, 2);
  return { family, bytes: Buffer.concat([...ips, ports]) };
}

/**
 * Reads the header at the start of a connection. Undefined: more bytes are needed (call again with all of them). `length` is
 * the size of the header. Throws `PROXY_HEADER_MALFORMED` as soon as the bytes can't become a header, and
 * `PROXY_HEADER_TOO_LONG` above `maxBytes`.
 */
export function decodeProxyHeader(
  bytes: Uint8Array,
  maxBytes = 16 * 1024,
): { readonly header: ProxyHeader; readonly length: number } | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen = Math.min(view.length, signature.length);
  if (view.compare(signature, 0, seen, 0, seen) !== 0) throw malformed('does not start with the signature');
  const [versionAndCommand, family] = [view[12], view[13]];
  if (versionAndCommand !== undefined && versionAndCommand !== 0x20 && versionAndCommand !== 0x21) {
    throw malformed(`has version and command 0x${versionAndCommand.toString(16)}`);
  }
  if (view.length < headBytes || family === undefined) return undefined;
  const length = headBytes + view.readUInt16BE(14);
  if (length > maxBytes) {
    throw new ProtocolError(
      'PROXY_HEADER_TOO_LONG',
      `a PROXY header of ${length} bytes exceeds the limit of ${maxBytes}`,
    );
  }
  if (view.length < length) return undefined;
  const body = view.subarray(headBytes, length);
  const command = versionAndCommand === 0x21 ? 'proxy' : 'local';
  const ipBytes = addressBytes[family];
  // Other transports (UDP, UNIX): the receiver must skip unknown ones; their TLVs can't be separated from the addresses.
  if (ipBytes === undefined && family !== 0) return { header: { command, tlvs: [] }, length };
  const taken = ipBytes === undefined ? 0 : 2 * ipBytes + 4;
  if (body.length < taken) throw malformed('is too short for its addresses');
  const tlvs = decodeTlvs(body.subarray(taken));
  if (ipBytes === undefined) return { header: { command, tlvs }, length };
  return { header: { command, addresses: decodeAddresses(body, ipBytes), tlvs }, length };
}

function decodeAddresses(body: Buffer, ipBytes: number): ProxyHeader['addresses'] {
  const end = (index: number): Endpoint => ({
    address: formatIp(body.subarray(index * ipBytes, (index + 1) * ipBytes)),
    port: body.readUInt16BE(2 * ipBytes + 2 * index),
  });
  return { source: end(0), destination: end(1) };
}

function decodeTlvs(bytes: Buffer): Tlv[] {
  const tlvs: Tlv[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 3 + (at + 3 <= bytes.length ? bytes.readUInt16BE(at + 1) : 0);
    if (end > bytes.length) throw malformed('has a TLV that extends past its end');
    tlvs.push({ type: bytes[at] as number, value: Buffer.from(bytes.subarray(at + 3, end)) });
    at = end;
  }
  return tlvs;
}

function malformed(how: string): ProtocolError {
  return new ProtocolError('PROXY_HEADER_MALFORMED', `the PROXY header ${how}`);
}
