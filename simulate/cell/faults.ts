import { defaultPartMs } from '../../lib/config/defaults.ts';
import { renewEveryMs } from '../../lib/encoder/lease/policy/fence.ts';
import { LeaseExpiry } from '../../lib/ingest/policy/lease-expiry.ts';
import { LinkWatch } from '../../lib/ingest/policy/link-watch.ts';
import { routeTiming } from '../../lib/ingest/policy/route-timing.ts';
import { defaultLimits } from '../../lib/ingest/proxy.ts';
import { facts } from '../world/facts.ts';
import { connect, rehome } from './broadcasters.ts';
import type { Cell } from './cell.ts';
import type { Cause } from './ledger.ts';
import type { IngestProxy, Publisher, Worker } from './members.ts';

/** Workers and proxies stop without a word, and what connects to them notices. */
export function lose(
  cell: Cell,
  workers: readonly Worker[],
  proxies: readonly IngestProxy[],
  cause?: Cause,
): void {
  for (const worker of workers) cell.kill(worker);
  for (const proxy of proxies) proxy.alive = false;
  for (const publisher of cell.publishers.values()) {
    const { proxy, worker } = publisher;
    if (proxy && !proxy.alive) void noticeProxy(cell, publisher, cause);
    else if (proxy && worker && !worker.alive && !publisher.isSearching)
      void noticeWorker(cell, publisher, proxy, worker);
  }
}

/** The proxy's own judgement: no word for a while, and a lease that expires meanwhile; or no heartbeats and no word for too long. */
async function noticeWorker(
  cell: Cell,
  publisher: Publisher,
  proxy: IngestProxy,
  worker: Worker,
): Promise<void> {
  const { timeline, random } = cell;
  const watch = new LinkWatch(defaultLimits, timeline.nowMs - random.between(0, defaultPartMs));
  watch.receivedRenewal();
  const lease = cell.readLease(publisher.id);
  const run = { worker: worker.id, epoch: lease?.epoch ?? 0 };
  const expiry = new LeaseExpiry(run);
  if (lease) expiry.renewed(lease.version, timeline.nowMs - random.between(0, renewEveryMs));
  let expired: number | undefined;
  await timeline.sleep(random.between(0, routeTiming.linkEveryMs));
  while (expired === undefined && !watch.isSilent(proxy.view.find(worker.id) !== undefined, timeline.nowMs)) {
    if (!watch.isDoubtful(timeline.nowMs)) expiry.passed(timeline.nowMs);
    else {
      const sentMs = timeline.nowMs;
      const read = cell.readLease(publisher.id);
      await timeline.sleep(facts.storeMs);
      expired = expiry.read(read, sentMs, timeline.nowMs);
    }
    await timeline.sleep(routeTiming.linkEveryMs);
  }
  const gone = expired === undefined ? undefined : { ...run, leaseVersion: expired };
  await rehome(cell, publisher, 'worker lost', gone);
}

async function noticeProxy(cell: Cell, publisher: Publisher, cause?: Cause): Promise<void> {
  const { timeline, random } = cell;
  const [least, most] = facts.proxyLossNoticedMs;
  publisher.interruptedAtMs ??= timeline.nowMs;
  const lost: Cause = publisher.worker?.alive ? 'proxy lost' : 'worker and proxy lost';
  await timeline.sleep(random.between(least, most));
  publisher.proxy?.publishers.delete(publisher);
  publisher.proxy = undefined;
  await timeline.sleep(facts.reconnectMs.firstMs);
  await connect(cell, publisher, cause ?? lost);
}
