import type { DestinationRecord } from '../../control-store/records.ts';

/** Each destination costs the proxy another outgoing connection with the broadcaster's full bitrate. */
export const mostDestinations = 5;

/** Appends `fresh`; undefined if the stream already has the maximum number of destinations. */
export function addDestination(
  destinations: readonly DestinationRecord[],
  fresh: DestinationRecord,
): readonly DestinationRecord[] | undefined {
  return destinations.length < mostDestinations ? [...destinations, fresh] : undefined;
}

/** Leaves undefined fields unchanged. Returns undefined if no destination has this id. */
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
