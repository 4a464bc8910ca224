import type { BroadcastRecord, BroadcastState } from '../control/policy/records.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { LastWords } from './let-go.ts';
import { type BroadcastTrigger, nextState } from './policy/broadcast-state.ts';
import type { Clock } from './ports.ts';
import { Story, type StoryOptions } from './story.ts';

export interface TellerOptions extends StoryOptions {
  readonly emit: EmitEvent;
}

/** What all reports on a broadcast tell through: its story and record in the control store, its log, its state. */
export class Teller implements LastWords {
  readonly story: Story;
  readonly emit: EmitEvent;
  readonly clock: Clock;
  /** Belongs to every log event. */
  readonly about: { readonly stream: string; readonly broadcast: string };

  constructor(record: BroadcastRecord, options: TellerOptions) {
    this.story = new Story(record, options);
    this.emit = options.emit;
    this.clock = options.clock;
    this.about = { stream: record.streamId, broadcast: record.id };
  }

  get record(): BroadcastRecord {
    return this.story.record;
  }

  async settled(withinMs: number): Promise<void> {
    const untold = await this.story.settled(withinMs);
    if (untold.events > 0 || untold.record)
      this.emit('encoder.story.incomplete', { ...this.about, ...untold });
  }

  leaseUnreleased(epoch: number, cause: unknown): void {
    this.emit('encoder.lease.unreleased', { ...this.about, epoch, cause });
  }

  /** Returns whether the state changed. */
  move(trigger: BroadcastTrigger, instead?: BroadcastState): boolean {
    const to = instead ?? nextState(this.record.state, trigger);
    if (!to || to === this.record.state) return false;
    this.story.update({ state: to });
    this.emit('encoder.broadcast.state', { ...this.about, state: to, trigger });
    return true;
  }
}
