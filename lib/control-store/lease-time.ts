/** A lease that hasn't changed for this long on an observer's clock may be taken (lib/encoder/lease/policy/fence.ts says why so long). */
export const leaseMs = 2000;
