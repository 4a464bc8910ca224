/** Reads the packets of CEA-708 captions (CTA-708 5 and 6), which pictures carry two bytes at a time, for services with captions. */
export class DtvccServices {
  #packet: number[] = [];

  /** Two bytes, which may begin a packet. Returns the services that have captions in the packet that they complete. */
  push(begins: boolean, first: number, second: number): readonly number[] {
    // One that wasn't complete is dropped; what belongs to none, too.
    if (begins) this.#packet = [];
    else if (this.#packet.length === 0) return [];
    this.#packet.push(first, second);
    const size = packetBytes(this.#packet[0]!);
    if (this.#packet.length < size) return [];
    const packet = this.#packet.slice(0, size);
    this.#packet = [];
    return servicesIn(packet);
  }
}

/** packet_size_code, the header included (5.1). */
const packetBytes = (header: number): number => (header & 0x3f || 0x40) * 2;

/** Window definitions DF0 to DF7 (8.10.5.2): nothing is shown without one, and none are in what only fills up. */
const isWindow = (byte: number): boolean => byte >= 0x98 && byte <= 0x9f;

/** By the headers of its service blocks (6.2). */
function servicesIn(packet: readonly number[]): number[] {
  const found = new Set<number>();
  for (let at = 1; at < packet.length; ) {
    const header = packet[at++]!;
    const size = header & 0x1f;
    let service = header >> 5;
    if (service === 0) break;
    if (service === 7 && size > 0) service = (packet[at++] ?? 0) & 0x3f;
    if (service > 0 && packet.slice(at, at + size).some(isWindow)) found.add(service);
    at += size;
  }
  return [...found];
}
