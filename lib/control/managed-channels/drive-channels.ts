import { isStreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { ChannelRunner } from './channel-runner.ts';

export interface DriveParts {
  readonly runner: Pick<ChannelRunner, 'drive' | 'driveAll' | 'ownerOf'>;
  readonly sweep: () => Promise<void>;
  readonly emit: EmitEvent;
  /** How long to keep polling a channel that is starting up. */
  readonly patienceMs: number;
}

/** What triggered the function. Nothing else in an event is trusted: the driver observes for itself. */
type Cause =
  | { readonly kind: 'stream'; readonly streamId: string }
  | { readonly kind: 'channel'; readonly channelId: string }
  | { readonly kind: 'schedule' }
  | { readonly kind: 'other'; readonly source: string; readonly detailType: string };

/**
 * Handles EventBridge events: MediaLive's `Channel State Change`, Headwater's stream events, and the schedule's. An event that
 * arrives twice, late or out of order only makes the driver look again and find nothing to do.
 */
export async function driveChannels(event: unknown, parts: DriveParts): Promise<void> {
  const { runner, sweep, emit, patienceMs } = parts;
  const cause = causeOf(event);
  switch (cause.kind) {
    case 'schedule':
      await sweep();
      return runner.driveAll(patienceMs);
    case 'stream':
      if (isStreamId(cause.streamId)) return runner.drive(cause.streamId, patienceMs);
      return emit('managed.event.ignored', { reason: 'no stream', source: 'headwater', detailType: '' });
    case 'channel': {
      const streamId = await runner.ownerOf(cause.channelId);
      if (streamId) return runner.drive(streamId, patienceMs);
      return emit('managed.event.ignored', {
        reason: `no document names the channel ${cause.channelId}`,
        source: 'aws.medialive',
        detailType: stateChange,
      });
    }
    case 'other':
      return emit('managed.event.ignored', {
        reason: 'unknown',
        source: cause.source,
        detailType: cause.detailType,
      });
  }
}

const stateChange = 'MediaLive Channel State Change';

function causeOf(event: unknown): Cause {
  const fields = isFields(event) ? event : {};
  const source = textOf(fields.source);
  const detailType = textOf(fields['detail-type']);
  const detail = isFields(fields.detail) ? fields.detail : {};
  if (detailType === 'Scheduled Event') return { kind: 'schedule' };
  if (source === 'headwater') return { kind: 'stream', streamId: textOf(detail.streamId) };
  const channelId = /:channel:(\w+)$/.exec(textOf(detail.channel_arn))?.[1];
  if (source === 'aws.medialive' && detailType === stateChange && channelId)
    return { kind: 'channel', channelId };
  return { kind: 'other', source, detailType };
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
