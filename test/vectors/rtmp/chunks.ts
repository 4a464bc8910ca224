/** Messages and their chunks. `readOnly`: chunks as others write them, where our writer chooses another header. */
export interface ChunkVector {
  readonly name: string;
  /** @default 128 */
  readonly chunkSize?: number;
  readonly hex: string;
  readonly messages: readonly {
    readonly id: number;
    readonly time: number;
    readonly type: number;
    readonly stream: number;
    readonly hex: string;
  }[];
  readonly readOnly?: true;
}

const audio = (time: number, hex = 'af01', id = 4) => ({ id, time, type: 8, stream: 1, hex });
const a = (count: number) => 'aa'.repeat(count);
const b = (count: number) => 'bb'.repeat(count);

export const chunkVectors: readonly ChunkVector[] = [
  { name: 'a type 0 chunk', messages: [audio(1000)], hex: '04 0003e8 000002 08 01000000 af01' },
  { name: 'an empty message', messages: [audio(0, '')], hex: '04 000000 000000 08 01000000' },
  {
    name: 'the specification’s first example: four audio messages 20 ms apart (5.3.2.1)',
    messages: [1000, 1020, 1040, 1060].map((time) => ({ id: 3, time, type: 8, stream: 12345, hex: a(32) })),
    hex: `03 0003e8 000020 08 39300000 ${a(32)} 83 000014 ${a(32)} c3 ${a(32)} c3 ${a(32)}`,
  },
  {
    name: 'the specification’s second example: 307 bytes of video in three chunks (5.3.2.2)',
    messages: [{ id: 4, time: 1000, type: 9, stream: 12346, hex: a(307) }],
    hex: `04 0003e8 000133 09 3a300000 ${a(128)} c4 ${a(128)} c4 ${a(51)}`,
  },
  {
    name: 'exactly one chunk of payload',
    messages: [audio(0, a(128))],
    hex: `04 000000 000080 08 01000000 ${a(128)}`,
  },
  {
    name: 'one byte more than a chunk',
    messages: [audio(0, a(129))],
    hex: `04 000000 000081 08 01000000 ${a(128)} c4 aa`,
  },
  {
    name: 'chunks of one byte',
    chunkSize: 1,
    messages: [audio(0, 'af0102')],
    hex: '04 000000 000003 08 01000000 af c4 01 c4 02',
  },
  {
    name: 'type 1 where only the type changes',
    messages: [audio(10), { id: 4, time: 10, type: 9, stream: 1, hex: '1701' }],
    hex: '04 00000a 000002 08 01000000 af01 44 000000 000002 09 1701',
  },
  {
    name: 'type 2 after type 0 even for the same step, where readers disagree on type 3',
    messages: [audio(10), audio(20)],
    hex: '04 00000a 000002 08 01000000 af01 84 00000a af01',
  },
  {
    name: 'type 3 after type 0: its timestamp is the delta (5.3.1.2.4)',
    readOnly: true,
    messages: [audio(10), audio(20), audio(30)],
    hex: '04 00000a 000002 08 01000000 af01 c4 af01 c4 af01',
  },
  {
    name: 'type 3 after type 1',
    messages: [audio(10, 'af'), audio(15), audio(20)],
    hex: '04 00000a 000001 08 01000000 af 44 000005 000002 08 af01 c4 af01',
  },
  {
    name: 'a step back as type 0',
    messages: [audio(1000), audio(999)],
    hex: '04 0003e8 000002 08 01000000 af01 04 0003e7 000002 08 01000000 af01',
  },
  {
    name: 'another message stream as type 0',
    messages: [audio(5), { ...audio(5), stream: 2 }],
    hex: '04 000005 000002 08 01000000 af01 04 000005 000002 08 02000000 af01',
  },
  {
    name: 'the largest timestamp without extension',
    messages: [audio(0xfffffe)],
    hex: '04 fffffe 000002 08 01000000 af01',
  },
  {
    name: 'an extended timestamp that just needs it',
    messages: [audio(0xffffff)],
    hex: '04 ffffff 000002 08 01000000 00ffffff af01',
  },
  {
    name: 'an extended timestamp repeated by type 3 chunks of the message',
    messages: [audio(0x01020304, a(130))],
    hex: `04 ffffff 000082 08 01000000 01020304 ${a(128)} c4 01020304 aaaa`,
  },
  {
    name: 'an extended delta in type 1, 2 and 3',
    messages: [audio(0, 'af'), audio(0x1000000), audio(0x2000001), audio(0x3000002)],
    hex: '04 000000 000001 08 01000000 af 44 ffffff 000002 08 01000000 af01 84 ffffff 01000001 af01 c4 01000001 af01',
  },
  {
    name: 'an extended timestamp that type 3 chunks leave out',
    readOnly: true,
    messages: [audio(0x01020304, a(300)), audio(0x01020305, 'af01')],
    hex: `04 ffffff 00012c 08 01000000 01020304 ${a(128)} c4 ${a(128)} c4 ${a(44)} 44 000001 000002 08 af01`,
  },
  {
    name: 'an extended timestamp left out where the payload begins like it',
    readOnly: true,
    messages: [audio(0x01020304, `${a(128)}010203${a(125)}0102`), audio(0x01020304, 'af01', 5), audio(0x01020318)],
    hex: `04 ffffff 000102 08 01000000 01020304 ${a(128)} c4 010203${a(125)} c4 0102
      05 ffffff 000002 08 01000000 01020304 af01 44 000014 000002 08 af01`,
  },
  {
    name: 'an extended timestamp left out where the payload’s last byte and the next header begin like it',
    readOnly: true,
    messages: [audio(0x01040001, `${a(128)}01`), audio(0x10)],
    hex: `04 ffffff 000081 08 01000000 01040001 ${a(128)} c4 01 04 000010 000002 08 01000000 af01`,
  },
  {
    name: 'an extended timestamp that one chunk stream repeats and another leaves out',
    readOnly: true,
    messages: [audio(0x01000000, b(130)), { id: 6, time: 0x01000001, type: 9, stream: 1, hex: a(300) }],
    hex: `06 ffffff 00012c 09 01000000 01000001 ${a(128)} 04 ffffff 000082 08 01000000 01000000 ${b(128)}
      c6 ${a(128)} c4 01000000 bbbb c6 ${a(44)}`,
  },
  {
    name: 'an extended delta that type 3 chunks leave out, within a message and at the next',
    readOnly: true,
    messages: [audio(2, a(130)), audio(1, a(130)), audio(0, a(130))],
    hex: `04 000002 000082 08 01000000 ${a(128)} c4 aaaa 84 ffffff ffffffff ${a(128)} c4 aaaa c4 ${a(128)} c4 aaaa`,
  },
  {
    name: 'an extended delta whose type 3 chunks repeat the message’s time instead',
    readOnly: true,
    messages: [audio(0x10, a(130)), audio(0x02000010, a(130)), audio(0x04000010, a(130))],
    hex: `04 000010 000082 08 01000000 ${a(128)} c4 aaaa 84 ffffff 02000000 ${a(128)} c4 02000010 aaaa
      c4 04000010 ${a(128)} c4 04000010 aaaa`,
  },
  {
    name: 'type 3 after an extended type 0: the same time, with the extended timestamp and without',
    readOnly: true,
    messages: [audio(0x01020304), audio(0x01020304), audio(0x01020304), audio(0x01020318)],
    hex: '04 ffffff 000002 08 01000000 01020304 af01 c4 af01 c4 01020304 af01 84 000014 af01',
  },
  {
    name: 'an empty message of type 3 without the extended timestamp',
    readOnly: true,
    messages: [audio(0x01020304, ''), audio(0x01020304, ''), audio(1)],
    hex: '04 ffffff 000000 08 01000000 01020304 c4 04 000001 000002 08 01000000 af01',
  },
  {
    name: 'an extended delta that a short one follows',
    messages: [audio(0), audio(0x1000000), audio(0x1000001)],
    hex: '04 000000 000002 08 01000000 af01 84 ffffff 01000000 af01 84 000001 af01',
  },
  {
    name: 'a timestamp that wraps around 2³²',
    messages: [audio(0xfffffff0), audio(0x00000004)],
    hex: '04 ffffff 000002 08 01000000 fffffff0 af01 84 000014 af01',
  },
  {
    name: 'the ids at the edges of one, two and three bytes of basic header',
    messages: [2, 63, 64, 319, 320, 65_599].map((id) => audio(1, 'af01', id)),
    hex: `02 000001 000002 08 01000000 af01  3f 000001 000002 08 01000000 af01  00 00 000001 000002 08 01000000 af01
      00 ff 000001 000002 08 01000000 af01  01 0001 000001 000002 08 01000000 af01  01 ffff 000001 000002 08 01000000 af01`,
  },
  {
    name: 'a low id in three bytes',
    readOnly: true,
    messages: [audio(1, 'af01', 64), audio(2, 'af01', 64)],
    hex: '01 0000 000001 000002 08 01000000 af01 80 00 000001 af01',
  },
  {
    name: 'long ids on continuing chunks',
    messages: [audio(0, a(129), 320)],
    hex: `01 0001 000000 000081 08 01000000 ${a(128)} c1 0001 aa`,
  },
  {
    name: 'two messages interleaved',
    readOnly: true,
    messages: [audio(6, b(130)), { id: 6, time: 5, type: 9, stream: 1, hex: a(300) }],
    hex: `06 000005 00012c 09 01000000 ${a(128)} 04 000006 000082 08 01000000 ${b(128)} c6 ${a(128)} c4 bbbb c6 ${a(44)}`,
  },
  {
    name: 'a first header of type 1, as librtmp sends it',
    readOnly: true,
    messages: [{ id: 2, time: 7, type: 4, stream: 0, hex: '000600000001' }],
    hex: '42 000007 000006 04 000600000001',
  },
  {
    name: 'a chunk size of 1 that holds from the next chunk on',
    messages: [{ id: 2, time: 0, type: 1, stream: 0, hex: '00000001' }, audio(0)],
    hex: '02 000000 000004 01 00000000 00000001 04 000000 000002 08 01000000 af c4 01',
  },
  {
    name: 'a chunk size set in the middle of a message of another chunk stream',
    readOnly: true,
    messages: [{ id: 2, time: 0, type: 1, stream: 0, hex: '00000002' }, audio(0, a(131))],
    hex: `04 000000 000083 08 01000000 ${a(128)} 02 000000 000004 01 00000000 00000002 c4 aaaa c4 aa`,
  },
  {
    name: 'the largest chunk size that can be declared, which means 16,777,215',
    readOnly: true,
    messages: [{ id: 2, time: 0, type: 1, stream: 0, hex: '7fffffff' }, audio(0, a(300))],
    hex: `02 000000 000004 01 00000000 7fffffff 04 000000 00012c 08 01000000 ${a(300)}`,
  },
  {
    name: 'an aborted message, and another after it',
    readOnly: true,
    messages: [{ id: 2, time: 0, type: 2, stream: 0, hex: '00000004' }, audio(20)],
    hex: `04 00000a 000082 08 01000000 ${a(128)} 02 000000 000004 02 00000000 00000004 44 00000a 000002 08 af01`,
  },
  {
    name: 'an abort of a chunk stream that has nothing to abort',
    readOnly: true,
    messages: [audio(1), { id: 2, time: 0, type: 2, stream: 0, hex: '00000004' }, { id: 2, time: 0, type: 2, stream: 0, hex: '00000009' }, audio(2)],
    hex: '04 000001 000002 08 01000000 af01 02 000000 000004 02 00000000 00000004 c2 00000009 84 000001 af01',
  },
  {
    name: 'an abort that is too short, or too long, which aborts nothing',
    readOnly: true,
    messages: [{ id: 2, time: 0, type: 2, stream: 0, hex: '0004' }, { id: 2, time: 0, type: 2, stream: 0, hex: '0000000400' }, { id: 4, time: 1, type: 8, stream: 1, hex: a(131) }],
    hex: `04 000001 000083 08 01000000 ${a(128)} 02 000000 000002 02 00000000 0004 02 000000 000005 02 00000000 0000000400 c4 ${a(3)}`,
  },
];

const size = (hex: string) => `02 000000 000004 01 00000000 ${hex}`;

/** Chunks that are refused, and the code; `limits` for those that need small ones. */
export const badChunks: readonly {
  readonly name: string;
  readonly hex: string;
  readonly code: string;
  readonly limits?: { maxChunkStreams?: number; maxMessageBytes?: number; maxPartialBytes?: number };
}[] = [
  { name: 'chunk size 0', hex: size('00000000'), code: 'CHUNK_SIZE_ZERO' },
  { name: 'a chunk size with its top bit set', hex: size('80000001'), code: 'CHUNK_SIZE_NEGATIVE' },
  { name: 'a set-chunk-size message of 3 bytes', hex: '02 000000 000003 01 00000000 000001', code: 'CONTROL_MALFORMED' },
  { name: 'a set-chunk-size message of 8 MiB', hex: '02 000000 800000 01 00000000', code: 'CONTROL_MALFORMED' },
  { name: 'type 2 on a fresh chunk stream', hex: '84 000000', code: 'CHUNK_WITHOUT_HEADER' },
  { name: 'type 3 on a fresh chunk stream', hex: 'c4', code: 'CHUNK_WITHOUT_HEADER' },
  { name: 'type 0 inside a message', hex: `04 000000 000083 08 01000000 ${a(128)} 04 000000 000002 08 01000000`, code: 'CHUNK_HEADER_MID_MESSAGE' },
  { name: 'type 1 inside a message', hex: `04 000000 000083 08 01000000 ${a(128)} 44 000000 000002 08`, code: 'CHUNK_HEADER_MID_MESSAGE' },
  { name: 'type 2 inside a message', hex: `04 000000 000083 08 01000000 ${a(128)} 84 000000`, code: 'CHUNK_HEADER_MID_MESSAGE' },
  { name: 'a message over the limit, at its header', hex: '04 000000 000401 08 01000000', code: 'MESSAGE_TOO_LONG', limits: { maxMessageBytes: 1024 } },
  { name: 'a message over the default limit of 8 MiB', hex: '04 000000 800001 08 01000000', code: 'MESSAGE_TOO_LONG' },
  { name: 'one chunk stream too many', hex: '04 000000 000000 08 01000000 05 000000 000000 08 01000000 06 000000 000000 08 01000000', code: 'TOO_MANY_CHUNK_STREAMS', limits: { maxChunkStreams: 2 } },
  { name: 'unfinished messages over the limit together', hex: `04 000000 0000ff 08 01000000 ${a(128)} 05 000000 0000ff 08 01000000 ${a(128)} 06 000000 0000ff 08 01000000 ${a(1)}`, code: 'TOO_MUCH_PARTIAL', limits: { maxMessageBytes: 255, maxPartialBytes: 256 } },
];
