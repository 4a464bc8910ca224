import { beforeEach, describe, expect, test } from '@jest/globals';
import type { LeaseRecord } from '../../../lib/control-store/records.ts';
import type { RelayConnectionHandler } from '../../../lib/encoder/ports.ts';
import { PublishSession } from '../../../lib/encoder/publisher/publish-session.ts';
import { PublisherSeat } from '../../../lib/encoder/publisher/publisher-seat.ts';
import { encodeRelayHello } from '../../../lib/protocol/relay/hello.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../../lib/protocol/relay/link-frames.ts';
import { initialChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { messageType } from '../../../lib/protocol/rtmp/messages.ts';
import type { BroadcastId, MemberId, SessionId, StreamId } from '../../../lib/routing/ids.ts';

const lease = { broadcastId: '1m827f9g6x3q76m4' as BroadcastId, epoch: 1 } as LeaseRecord;

/** A publish session without a socket: what a proxy would send, and what it is told. */
class Feed {
  readonly told: LinkFrame['type'][] = [];
  readonly session: PublishSession;
  readonly #writer = new ChunkWriter(initialChunkState.chunkSize);
  #handler!: RelayConnectionHandler;

  constructor(sessionId: string, firstFrame?: number) {
    const decoder = new LinkFrameDecoder(({ type }) => this.told.push(type));
    let opened: PublishSession | undefined;
    PublishSession.open(
      {
        start: (handler) => {
          this.#handler = handler;
        },
        write: (bytes) => decoder.push(bytes),
        pause() {},
        resume() {},
        end() {},
        abort() {},
      },
      (session) => {
        opened = session;
      },
      (cause) => {
        throw cause;
      },
    );
    this.#handler.data(
      encodeRelayHello({
        client: { address: '192.0.2.7', port: 50_000 },
        server: { address: '127.0.0.1', port: 1935 },
        streamId: 'v51a5vcdf4v6jjaq' as StreamId,
        sessionId: sessionId as SessionId,
        proxyId: 'ingest-1' as MemberId,
        chunkState: initialChunkState,
        ...(firstFrame === undefined ? {} : { firstFrame }),
        publish: { app: 'live' },
      }),
    );
    this.session = opened!;
  }

  sound(timestampMs: number): void {
    const payload = Buffer.from([0xaf, 1, 2, 3]);
    const message = {
      chunkStreamId: 5,
      timestampMs,
      typeId: messageType.audio,
      messageStreamId: 1,
      payload,
    };
    this.#handler.data(Buffer.from(this.#writer.write(message)));
  }

  leave(fault?: Error): void {
    this.#handler.closed(fault);
  }
}

let heard: number[];
let clock: { time: number; nowMs: () => number; wallMs: () => number };
let seat: PublisherSeat;
let said: string[];
let resumes: boolean;
beforeEach(() => {
  clock = { time: 0, nowMs: () => clock.time, wallMs: () => clock.time };
  said = [];
  resumes = true;
  heard = [];
  seat = new PublisherSeat(clock, lease, {
    taken: ({ hello }) => said.push(`taken ${hello.sessionId}`),
    resumed: () => {
      said.push(`asked to resume: ${resumes}`);
      return resumes;
    },
    media: (_, timestampMs) => heard.push(timestampMs),
    metadata() {},
    tracksIgnored() {},
    skipped() {},
    unusable() {},
    batchEnded() {},
    unpublished() {},
    lost: () => said.push('lost'),
    returned: (awayMs) => said.push(`back after ${awayMs}`),
  });
});

/** Lets time pass as a broadcast does: a tick each 100 ms, and media of `feed` with each. */
function pass(ms: number, feed?: Feed): void {
  for (const until = clock.time + ms; clock.time < until; ) {
    clock.time += 100;
    seat.tick();
    feed?.sound(clock.time);
  }
}

async function seated(id = 'old', firstFrame?: number): Promise<Feed> {
  const feed = new Feed(id, firstFrame);
  expect(await seat.attach(feed.session)).toBe(true);
  pass(1000, feed);
  return feed;
}

/** Whether a newcomer is accepted, and after how long; at most `withinMs` are waited, while `feed` sends. */
async function claim(newcomer: Feed, withinMs: number, feed?: Feed): Promise<[boolean | 'waits', number]> {
  const fromMs = clock.time;
  let verdict: boolean | 'waits' = 'waits';
  void seat.attach(newcomer.session).then((accepted) => {
    verdict = accepted;
  });
  await Promise.resolve();
  while (verdict === 'waits' && clock.time - fromMs < withinMs) {
    pass(100, feed);
    await Promise.resolve();
  }
  return [verdict, clock.time - fromMs];
}

describe('The publisher seat', () => {
  test('is taken over at once by the first retry after 20 s of silence, and the old link is notified', async () => {
    const old = await seated();
    pass(20_000);
    expect(await claim(new Feed('new'), 1000)).toEqual([true, 0]);
    expect(old.told).toEqual(['accepted', 'end']);
  });

  test.each([
    [500, 1000],
    [1000, 500],
    [1500, 0],
    [2000, 0],
  ])('is taken over within a second after %d ms of silence', async (silentMs, waitedMs) => {
    await seated();
    pass(silentMs);
    expect(await claim(new Feed('new'), 3000)).toEqual([true, waitedMs]);
    expect(said.at(-1)).toBe('taken new');
  });

  test('stays with a live publisher through repeated attempts, and nothing of a newcomer gets through', async () => {
    const old = await seated();
    for (let at = 0; at < 20; at++) {
      expect(await claim(new Feed(`new-${at}`), 3000, old)).toEqual([false, 700]);
    }
    expect(said).toEqual(['taken old', 'back after 100']);
    expect(old.told).toEqual(['accepted']);
  });

  test('is not lost to a burst of old media that a network held up, once a newcomer arrives', async () => {
    const old = await seated();
    pass(20_000);
    for (let at = 0; at < 100; at++) old.sound(clock.time + at);
    expect(await claim(new Feed('new'), 3000, old)).toEqual([true, 0]);
    // What is left of it afterwards is nobody's.
    old.sound(clock.time);
    expect(said.at(-1)).toBe('taken new');
  });

  test('is safe again for a publisher that has sent for 3 s after a silence', async () => {
    const old = await seated();
    pass(5000);
    pass(3200, old);
    expect(await claim(new Feed('new'), 3000, old)).toEqual([false, 700]);
  });

  test('does not mistake a stall of our own process for silence', async () => {
    const old = await seated();
    clock.time += 20_000;
    const verdict = seat.attach(new Feed('new').session);
    seat.tick();
    pass(1000, old);
    expect(await verdict).toBe(false);
    expect(said).not.toContain('lost');
  });

  test('does not mistake our own pause for silence', async () => {
    const old = await seated();
    seat.pause();
    pass(20_000);
    seat.resume();
    expect(await claim(new Feed('new'), 3000, old)).toEqual([false, 700]);
    expect(said).not.toContain('lost');
  });

  test('goes at once to another link of the same publisher', async () => {
    const old = await seated();
    expect(await claim(new Feed('old'), 0)).toEqual([true, 0]);
    expect(old.told).toEqual(['accepted', 'end']);
  });

  test('lets another link of the same publisher resume after what the last one brought', async () => {
    const old = await seated('old', 0);
    old.leave(new Error('ECONNRESET'));
    expect(seat.mayResume).toBe(true);
    pass(400);
    expect(seat.mayResume).toBe(true);
    const again = new Feed('old', 4);
    // Frames 4 to 9 came by the old link; 10 and 11 did not.
    for (let frame = 4; frame < 12; frame++) again.sound(100 * (frame + 1));
    expect(await claim(again, 0)).toEqual([true, 0]);
    expect(heard).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200]);
    expect(said).toEqual(['taken old', 'back after 100', 'lost', 'asked to resume: true', 'back after 400']);
  });

  test('counts what earlier links of a session brought if the last one broke before it had sent as much again', async () => {
    const old = await seated('old', 0);
    old.leave(new Error('ECONNRESET'));
    const second = new Feed('old', 4);
    await claim(second, 0);
    second.sound(500);
    second.leave(new Error('ECONNRESET'));
    const third = new Feed('old', 4);
    for (let frame = 4; frame < 11; frame++) third.sound(100 * (frame + 1));
    await claim(third, 0);
    expect(heard.at(-1)).toBe(1100);
    expect(heard).toHaveLength(11);
  });

  test('accepts everything again if nothing can resume from what exists', async () => {
    const old = await seated('old', 0);
    resumes = false;
    old.leave(new Error('ECONNRESET'));
    const again = new Feed('old', 4);
    again.sound(500);
    await claim(again, 0);
    expect(heard.at(-1)).toBe(500);
    expect(said.slice(3)).toEqual(['asked to resume: false', 'taken old', 'back after 0']);
  });

  test('does not resume a session that was dismissed, is another publisher’s, or begins beyond what exists', async () => {
    const old = await seated('old', 0);
    expect(await claim(new Feed('old', 11), 0)).toEqual([true, 0]);
    seat.dismiss('its codec is not supported');
    await claim(new Feed('old', 11), 0);
    pass(5_000);
    await claim(new Feed('new', 0), 0);
    expect(said.filter((each) => each.startsWith('asked'))).toEqual([]);
    expect(old.told).toContain('end');
  });

  test('is held for half a second after a link broke, but not after it was closed cleanly', async () => {
    const old = await seated('old', 0);
    old.leave(new Error('ECONNRESET'));
    // We stood still meanwhile.
    clock.time += 2_000;
    seat.tick();
    expect(seat.mayResume).toBe(true);
    pass(300);
    expect(seat.mayResume).toBe(false);
    const other = new Feed('new', 0);
    await claim(other, 0);
    pass(200, other);
    other.leave();
    expect(seat.mayResume).toBe(false);
  });

  test('has at most one newcomer waiting, and one that left makes room for the next', async () => {
    const old = await seated();
    const first = new Feed('first');
    const waiting = seat.attach(first.session);
    expect(await seat.attach(new Feed('second').session)).toBe(false);
    first.leave();
    pass(1500);
    expect(await claim(new Feed('third'), 0)).toEqual([true, 0]);
    expect(await waiting).toBe(false);
    expect(old.told).toEqual(['accepted', 'end']);
  });

  test('counts as empty after 3 s of silence, and as taken again with the next media', async () => {
    const old = await seated();
    pass(3000);
    expect(seat.awayMs).toBeUndefined();
    pass(100);
    expect(seat.awayMs).toBe(0);
    pass(900, undefined);
    pass(100, old);
    expect(said.slice(-2)).toEqual(['lost', 'back after 1000']);
  });
});
