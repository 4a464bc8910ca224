// A bench process: where the relays under test deliver the media.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { percentile } from '../../testkit/report/statistics.ts';
import { serveAgent } from '../agent.ts';
import { machineNowMs, readStamp } from './media-stamp.ts';
import { relaySession, rtmpSession, type SinkSession } from './sink-session.ts';

/** `rtmp`: an RTMP server. `relay`: the worker's end of our relay link. */
export type SinkKind = 'rtmp' | 'relay';

/** What arrived during the measurement. */
export interface SinkFigures {
  readonly messages: number;
  readonly payloadBytes: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Bytes that a relay with replay has to hold now, over all publishers. */
  readonly unconfirmedBytes: number;
}

/** What arrived from one publisher, from beginning to end. */
export interface Arrival {
  readonly publisher: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly messages: number;
}

const confirmEveryMs = 1_000;
/** Its multiples are evenly spread without a pattern that the load could share. */
const goldenRatio = 0.618_033_988_75;

const sessions = new Set<SinkSession>();
let accepted = 0;
const arrivals = new Map<number, { firstSequence: number; lastSequence: number; messages: number }>();
let measured: { messages: number; payloadBytes: number; latenciesMs: number[] } | undefined;

const methods = {
  /** Listens; returns the port. */
  async listen({ kind }: { kind: SinkKind }): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => accept(socket, kind));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },

  begin(): void {
    measured = { messages: 0, payloadBytes: 0, latenciesMs: [] };
  },

  end(): SinkFigures {
    if (measured === undefined) throw new Error('end without begin');
    const { messages, payloadBytes, latenciesMs } = measured;
    measured = undefined;
    let unconfirmedBytes = 0;
    for (const session of sessions) unconfirmedBytes += session.unconfirmedBytes;
    const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(latenciesMs, percent));
    return { messages, payloadBytes, latencyMs: { p50: p50!, p95: p95!, p99: p99! }, unconfirmedBytes };
  },

  /** Discards what has arrived so far. */
  forget(): void {
    arrivals.clear();
  },

  arrivals(): Arrival[] {
    return [...arrivals].map(([publisher, arrival]) => ({ publisher, ...arrival }));
  },
} as const;

export type RelaySink = typeof methods;

function accept(socket: Socket, kind: SinkKind): void {
  const open = kind === 'rtmp' ? rtmpSession : relaySession;
  const session = open({
    media,
    send: (bytes) => socket.write(bytes),
    close: () => socket.end(),
  });
  sessions.add(session);
  // Workers confirm when their segments are written: each at a different time.
  const phaseMs = ((accepted++ * goldenRatio) % 1) * confirmEveryMs;
  let confirming = setTimeout(() => {
    confirming = setInterval(() => session.confirm(), confirmEveryMs);
  }, phaseMs);
  socket.on('data', (bytes) => session.push(bytes));
  // If a relay drops a connection, what arrives shows it.
  socket.on('error', () => {});
  socket.on('close', () => {
    sessions.delete(session);
    clearInterval(confirming);
  });
}

function media(payload: Buffer): void {
  const { publisher, sequence, sentMs } = readStamp(payload);
  const arrival = arrivals.get(publisher);
  if (arrival === undefined) {
    arrivals.set(publisher, { firstSequence: sequence, lastSequence: sequence, messages: 1 });
  } else {
    arrival.lastSequence = Math.max(arrival.lastSequence, sequence);
    arrival.messages++;
  }
  if (measured === undefined) return;
  measured.messages++;
  measured.payloadBytes += payload.length;
  measured.latenciesMs.push(machineNowMs() - sentMs);
}

serveAgent(methods);
