import type { BroadcastRecord, BroadcastState } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { FinalReport } from '../lease/release-lease.ts';
import { Journal, type JournalOptions } from './journal.ts';
import { type BroadcastTrigger, nextState } from './policy/broadcast-state.ts';
import type { RefusalRepeats } from './refusal-repeats.ts';

export interface ReporterOptions extends JournalOptions {
  readonly emit: EmitEvent;
  /** Shared by all broadcasts of the worker. */
  readonly refusals: RefusalRepeats;
}

/** What all reports on a broadcast write to: its journal and record in the control store, its log, its state. */
export class Reporter implements FinalReport {
  readonly journal: Journal;
  readonly emit: EmitEvent;
  readonly clock: Clock;
  readonly refusals: RefusalRepeats;
  /** Included in every log event. */
  readonly about: { readonly stream: string; readonly broadcast: string };

  constructor(record: BroadcastRecord, options: ReporterOptions) {
    this.journal = new Journal(record, options);
    this.emit = options.emit;
    this.clock = options.clock;
    this.refusals = options.refusals;
    this.about = { stream: record.streamId, broadcast: record.id };
  }

  get record(): BroadcastRecord {
    return this.journal.record;
  }

  async settled(withinMs: number): Promise<void> {
    const unwritten = await this.journal.settled(withinMs);
    if (unwritten.events > 0 || unwritten.record)
      this.emit('encoder.journal.incomplete', { ...this.about, ...unwritten });
  }

  leaseUnreleased(epoch: number, cause: unknown): void {
    this.emit('encoder.lease.unreleased', { ...this.about, epoch, cause });
  }

  /** Returns whether the state changed. */
  move(trigger: BroadcastTrigger, instead?: BroadcastState): boolean {
    const to = instead ?? nextState(this.record.state, trigger);
    if (!to || to === this.record.state) return false;
    this.journal.update({ state: to });
    this.emit('encoder.broadcast.state', { ...this.about, state: to, trigger });
    return true;
  }
}
