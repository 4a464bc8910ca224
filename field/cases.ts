import { arrivalCases } from './cases/arrival.ts';
import { clockCases } from './cases/clock.ts';
import { dialectCases } from './cases/dialects.ts';
import { metadataCases } from './cases/metadata.ts';
import { networkCases } from './cases/network.ts';
import { pictureCases } from './cases/pictures.ts';
import { plain } from './cases/plain.ts';
import { sizeCases } from './cases/sizes.ts';
import { soundCases } from './cases/sound.ts';
import type { FieldCase } from './model.ts';

/** All cases, in the order in which they are played. */
export const fieldCases: readonly FieldCase[] = [
  plain,
  ...metadataCases,
  ...pictureCases,
  ...arrivalCases,
  ...clockCases,
  ...networkCases,
  ...soundCases,
  ...dialectCases,
  ...sizeCases,
];
