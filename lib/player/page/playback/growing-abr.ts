import type shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { BurstMeter } from './policy/burst-meter.ts';
import type { ShakaLibrary } from './shaka-library.ts';

const meters = new WeakMap<shaka.extern.Request, BurstMeter>();

/** Watches how the bytes of segments that may still grow arrive, for {@link growingAbrManager}. */
export function meterGrowing(_type: number, request: shaka.extern.Request): void {
  const { streamDataCallback } = request;
  if (!streamDataCallback) return;
  const meter = new BurstMeter();
  meters.set(request, meter);
  request.streamDataCallback = (data) => {
    meter.arrived(data.byteLength, performance.now());
    return streamDataCallback(data);
  };
}

/** Shaka's choice of quality, with the throughput of bursts where segments are fetched while they grow. */
export function growingAbrManager(library: ShakaLibrary): shaka.extern.AbrManager {
  class GrowingAbrManager extends library.abr.SimpleAbrManager {
    override segmentDownloaded(
      ms: number,
      bytes: number,
      allowSwitch: boolean,
      request?: shaka.extern.Request,
      context?: shaka.extern.RequestContext,
    ): void {
      const meter = request && meters.get(request);
      const burst = meter ? meter.take() : { ms, bytes };
      // Without a duration the sample isn't counted, but a switch is considered.
      super.segmentDownloaded(burst?.ms ?? 0, burst?.bytes ?? 0, allowSwitch, request, context);
    }
  }
  return new GrowingAbrManager();
}
