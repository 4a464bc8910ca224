/** The time in `fromNowMs`, as DynamoDB reads it where an item expires. It deletes within some days of it, not at once. */
export const unixSecondsIn = (fromNowMs: number): number => Math.ceil((Date.now() + fromNowMs) / 1000);
