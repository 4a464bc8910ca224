import { cString, fullBox, u32, u64 } from './box.ts';

export interface EventMessage {
  readonly schemeIdUri: string;
  readonly value: string;
  readonly timescale: number;
  readonly presentationTime: number | bigint;
  /** 0xffffffff if unknown. */
  readonly durationTicks: number;
  readonly id: number;
  readonly data: Uint8Array;
}

/** `emsg` version 1, with an absolute presentation time (ISO/IEC 23009-1 5.10.3.3). */
export function eventMessageBox(event: EventMessage): Buffer {
  return fullBox(
    'emsg',
    1,
    0,
    u32(event.timescale),
    u64(event.presentationTime),
    u32(event.durationTicks, event.id),
    cString(event.schemeIdUri),
    cString(event.value),
    event.data,
  );
}
