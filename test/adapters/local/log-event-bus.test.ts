import { logEventBus } from '../../../lib/adapters/local/log-event-bus.ts';
import { EventLog } from '../../../testkit/harness/ingest-harness.ts';
import { describeEventBus } from '../../control-store/event-bus-contract.ts';

describeEventBus('the log', async () => {
  const log = new EventLog();
  return {
    bus: logEventBus(log.emit),
    async received() {
      const events = log.of('control.bus-event.published') as never;
      log.events.length = 0;
      return events;
    },
    async close() {},
  };
});
