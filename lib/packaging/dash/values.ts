/** xs:duration in seconds, to the ms. */
export const duration = (ms: number): string => `PT${Math.round(ms) / 1000}S`;

/** xs:dateTime in UTC, to the ms. */
export const dateTime = (unixMs: number): string => new Date(unixMs).toISOString();

/** FrameRateType: whole frames, NTSC's 1001 fractions, otherwise thousandths. */
export function frameRate(framesPerSecond: number): string {
  const whole = Math.round(framesPerSecond);
  if (Math.abs(framesPerSecond - whole) < 0.001) return String(whole);
  if (Math.abs(framesPerSecond - (whole * 1000) / 1001) < 0.001) return `${whole * 1000}/1001`;
  return `${Math.round(framesPerSecond * 1000)}/1000`;
}

export const ticks = (ms: number, timescale: number): number => Math.round((ms * timescale) / 1000);
