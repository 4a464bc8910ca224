/** About what a held message occupies beside its payload: tiny ones would otherwise be held by the million. */
const messageBytes = 512;

/** What a message counts towards a limit on held media, in bytes. */
export const heldCost = ({ payload }: { readonly payload: Buffer }): number => payload.length + messageBytes;
