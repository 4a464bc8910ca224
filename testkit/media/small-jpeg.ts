/** Bytes that are built as a JPEG of one scan is; its data says who it is and can't be decoded. */
export function smallJpeg(scan: string, { width = 256, height = 144, tables = 'T' } = {}): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x22, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const quantization = Buffer.from([0xff, 0xdb, 0, 3, tables.charCodeAt(0)]);
  const scanHeader = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    quantization,
    frame,
    scanHeader,
    Buffer.from(scan, 'latin1'),
    Buffer.from([0xff, 0xd9]),
  ]);
}
