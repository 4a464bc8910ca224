import type { DestinationRecord } from '../../control-store/records.ts';

/** Each is one more connection out of a proxy, as big as the broadcaster's. */
export const mostDestinations = 5;

/** With `fresh` at the end, or undefined where there are as many as a stream may have. */
export function addDestination(
  destinations: readonly DestinationRecord[],
  fresh: DestinationRecord,
): readonly DestinationRecord[] | undefined {
  return destinations.length < mostDestinations ? [...destinations, fresh] : undefined;
}

/** Fields that are undefined stay. Undefined where there is no destination with this id. */
export function changeDestination(
  destinations: readonly DestinationRecord[],
  id: string,
  { name, enabled }: { readonly name?: string | undefined; readonly enabled?: boolean | undefined },
): readonly DestinationRecord[] | undefined {
  const before = destinations.find((one) => one.id === id);
  if (!before) return undefined;
  const after = { ...before, name: name ?? before.name, enabled: enabled ?? before.enabled };
  return destinations.map((one) => (one === before ? after : one));
}
