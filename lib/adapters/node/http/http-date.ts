let text = '';
let atSecond = -1;

/** The time now for a `Date` header (RFC 9110 §5.6.7), made once a second. */
export function httpDate(nowMs = Date.now()): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== atSecond) {
    atSecond = second;
    text = new Date(second * 1000).toUTCString();
  }
  return text;
}
