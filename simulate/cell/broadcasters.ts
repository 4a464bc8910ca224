import { defaultLimits } from '../../lib/ingest/proxy.ts';
import type { GoneWorker } from '../../lib/protocol/relay/hello.ts';
import { pauseMs } from '../../lib/retry/policy/backoff.ts';
import { facts } from '../world/facts.ts';
import type { Cell } from './cell.ts';
import type { Cause } from './ledger.ts';
import type { Publisher } from './members.ts';
import { search } from './search.ts';

/** What a broadcaster does until its broadcast ends: connects, and connects again after a growing pause. Resolves once on air. */
export async function connect(cell: Cell, publisher: Publisher, cause?: Cause): Promise<void> {
  const { timeline, ledger, random } = cell;
  for (let failures = 0; !publisher.ended; ) {
    if (failures > 0) await timeline.sleep(pauseMs(facts.reconnectMs, failures, random.next()));
    if (publisher.ended) return;
    ledger.reconnects += Number(failures > 0 || cause !== undefined);
    if (await publish(cell, publisher, cause)) return;
    failures++;
  }
}

/** One connection: through a proxy's waiting room and its key check to a worker. */
async function publish(cell: Cell, publisher: Publisher, cause: Cause | undefined): Promise<boolean> {
  const { timeline, ledger, random, livingProxies } = cell;
  if (cell.dark || livingProxies.length === 0) return false;
  const proxy = random.pick(livingProxies);
  if (proxy.publishers.size >= cell.size.publishersPerProxy) {
    ledger.fullProxies++;
    ledger.refused.add(publisher.id);
    return false;
  }
  const arrival = Symbol(publisher.id);
  const givesWay = proxy.room.enter(publisher.id, arrival);
  ledger.crowdedOut += Number(givesWay !== undefined);
  await timeline.sleep(facts.handshakeMs);
  proxy.room.leave(arrival);
  ledger.streams.reads.add(timeline.nowMs, 1);
  await timeline.sleep(facts.storeMs);
  if (!proxy.alive || publisher.ended) return false;
  publisher.proxy?.publishers.delete(publisher);
  publisher.proxy = proxy;
  proxy.publishers.add(publisher);
  publisher.isSearching = true;
  const deadlineMs = timeline.nowMs + defaultLimits.routeMs;
  const worker = await search(cell, publisher, proxy, { deadlineMs, moves: false });
  publisher.isSearching = false;
  if (worker) {
    resumed(cell, publisher, cause);
    return true;
  }
  unserved(cell, publisher);
  return false;
}

/** Its link to a worker broke while it was on air: the proxy moves it, or gives up after a minute. `gone`: that worker's lease has expired. */
export async function rehome(
  cell: Cell,
  publisher: Publisher,
  cause: Cause,
  gone?: GoneWorker,
): Promise<void> {
  const { timeline } = cell;
  const { proxy, worker: lost } = publisher;
  if (!proxy) return;
  publisher.isSearching = true;
  const deadlineMs = timeline.nowMs + defaultLimits.moveMs;
  const found = await search(cell, publisher, proxy, { deadlineMs, moves: true, avoid: lost?.id, gone });
  publisher.isSearching = false;
  if (found) {
    resumed(cell, publisher, cause);
    return;
  }
  if (publisher.ended || !proxy.alive) return;
  unserved(cell, publisher);
  await timeline.sleep(facts.reconnectMs.firstMs);
  await connect(cell, publisher, cause);
}

function resumed(cell: Cell, publisher: Publisher, cause: Cause | undefined): void {
  const { interruptedAtMs } = publisher;
  if (interruptedAtMs === undefined || cause === undefined) return;
  publisher.interruptedAtMs = undefined;
  cell.ledger.takeovers[cause].push(cell.timeline.nowMs - interruptedAtMs);
}

function unserved(cell: Cell, publisher: Publisher): void {
  publisher.proxy?.publishers.delete(publisher);
  publisher.proxy = undefined;
  cell.ledger.unserved++;
  cell.ledger.refused.add(publisher.id);
}
