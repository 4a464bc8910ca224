/** How many variants are tried at most, and for how long: a slow input takes its time. */
const maxTries = 3000;
const maxMs = 15_000;

/** Removes what a failing input doesn't need, in smaller and smaller pieces, then turns its bytes to zero where that still fails. */
export async function minimize(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let tries = 0;
  const endMs = performance.now() + maxMs;
  let least = input;
  const attempt = async (shorter: Uint8Array): Promise<boolean> => {
    if (tries++ >= maxTries || performance.now() > endMs || !(await fails(shorter))) return false;
    least = shorter;
    return true;
  };
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length; ) {
      const without = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      if (!(await attempt(without))) at += size;
    }
  }
  for (let at = 0; at < least.length; at++) {
    if (least[at] === 0) continue;
    const zeroed = Buffer.from(least);
    zeroed[at] = 0;
    await attempt(zeroed);
  }
  return least;
}
