import type {
  HealthNow,
  HealthPast,
  HealthSample,
  HealthSeriesRecord,
} from '../../../../control-store/health/health-record.ts';
import {
  addSample,
  type SeriesKind,
  samplesOf,
  storedSeries,
} from '../../../../control-store/health/health-series.ts';

/** The series of one broadcast that are stored, in bounded memory. */
export class BroadcastSeries {
  #series: Partial<Record<SeriesKind, HealthSeriesRecord>> = {};
  #throughMs = 0;

  get latest(): HealthSeriesRecord | undefined {
    return this.#series.latest;
  }

  /** What is written once in a while; undefined before the first sample. */
  get past(): Pick<HealthPast, 'recent' | 'whole' | 'throughMs'> | undefined {
    const { recent, whole } = this.#series;
    return recent && whole && { recent, whole, throughMs: this.#throughMs };
  }

  add(sample: HealthSample): void {
    this.#throughMs = Math.max(this.#throughMs, sample.atMs);
    for (const kind of ['latest', 'recent', 'whole'] as const)
      this.#series[kind] = addSample(this.#series[kind], sample, kind);
  }

  /** Puts what another worker stored of the broadcast before what was added here. */
  goOnFrom(now: HealthNow | undefined, past: HealthPast | undefined): void {
    const { recent: measured } = this.#series;
    this.#series = {};
    if (now && now.latest.rows.length > 0) this.#series.latest = now.latest;
    for (const kind of ['recent', 'whole'] as const) {
      const stored = storedSeries(now, past, kind);
      if (stored) this.#series[kind] = stored;
    }
    if (measured) for (const sample of samplesOf(measured)) this.add(sample);
  }
}
