import { randomUUID } from 'node:crypto';
import { ConditionFailedError } from '../../../control-store/errors.ts';
import type { LeaseStore } from '../../../control-store/ports.ts';
import type { LeaseRecord } from '../../../control-store/records.ts';
import type { DynamoRequests, Item } from './dynamo-requests.ts';

const held = '#workerId = :workerId AND #epoch = :epoch AND #released = :no';

export function dynamoLeaseStore(requests: DynamoRequests): LeaseStore {
  return {
    async getLease(streamId, options) {
      const item = await requests.get('leases', { streamId }, options);
      return item && leaseOf(item);
    },
    async takeLease({ streamId, workerId, broadcastId, observed }) {
      const goesOn = observed?.broadcastId === broadcastId;
      const change =
        'SET #workerId = :workerId, #broadcastId = :broadcastId, #epoch = :epoch, #version = :version, ' +
        // Same broadcast: leave `endRequested` as stored, because an end may have been requested after the lease was observed.
        `#released = :no${goesOn ? '' : ', #endRequested = :no'}`;
      const taken = {
        workerId,
        broadcastId,
        epoch: (observed?.epoch ?? 0) + 1,
        version: (observed?.version ?? 0) + 1,
        no: false,
      };
      const seen = observed && { seenVersion: observed.version, seenEpoch: observed.epoch };
      const item = await requests.update('leases', { streamId }, change, {
        condition: seen
          ? '#version = :seenVersion AND #epoch = :seenEpoch'
          : 'attribute_not_exists(#streamId)',
        values: { ...taken, ...seen },
        refusal: `The lease of ${streamId} has changed since it was observed.`,
        writeId: randomUUID(),
      });
      return leaseOf(item);
    },
    // A retried renewal may raise the version twice, which is harmless.
    async renewLease({ streamId, workerId, epoch }) {
      const item = await requests.update('leases', { streamId }, 'SET #version = #version + :one', {
        condition: held,
        values: { workerId, epoch, no: false, one: 1 },
        refusal: `${workerId} does not hold the lease of ${streamId} for epoch ${epoch}.`,
      });
      return leaseOf(item);
    },
    async releaseLease({ streamId, workerId, epoch }) {
      const change = 'SET #version = #version + :one, #released = :yes';
      try {
        await requests.update('leases', { streamId }, change, {
          condition: held,
          values: { workerId, epoch, no: false, yes: true, one: 1 },
        });
      } catch (error) {
        if (!(error instanceof ConditionFailedError)) throw error;
      }
    },
    async requestEnd(streamId, broadcastId) {
      // Don't raise the version: it is the holder's sign of life, and this is not the holder.
      await requests.update('leases', { streamId }, 'SET #endRequested = :yes', {
        condition: '#broadcastId = :broadcastId AND #released = :no',
        values: { broadcastId, no: false, yes: true },
        refusal: `No worker holds the lease for broadcast ${broadcastId} of ${streamId}.`,
      });
    },
  };
}

const leaseOf = ({ writeId, ...lease }: Item): LeaseRecord => lease as unknown as LeaseRecord;
