import { type Scale, scaleOf } from '../../simulate/cell/size.ts';

/** Three regions of eight workers. */
export const smallScale: Scale = scaleOf(24, {
  population: 5_000,
  viewers: 20_000,
  rushViewers: 3_000,
  pops: 20,
  sampledStreams: 4,
});

/** The value of a figure. */
export const figureOf = (
  { figures }: { readonly figures: readonly { readonly name: string; readonly value: number }[] },
  name: string,
): number => {
  const found = figures.find((each) => each.name === name);
  if (!found) throw new Error(`There is no figure '${name}'`);
  return found.value;
};
