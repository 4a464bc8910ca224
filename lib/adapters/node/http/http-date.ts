let text = '';
let atSecond = -1;

/** The current time for a `Date` header (RFC 9110 §5.6.7), formatted once per second. */
export function httpDate(nowMs = Date.now()): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== atSecond) {
    atSecond = second;
    text = new Date(second * 1000).toUTCString();
  }
  return text;
}
