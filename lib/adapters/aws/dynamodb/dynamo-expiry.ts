/** The time `fromNowMs` from now as a DynamoDB TTL value. DynamoDB deletes the item within a few days of it, not immediately. */
export const unixSecondsIn = (fromNowMs: number): number => Math.ceil((Date.now() + fromNowMs) / 1000);
