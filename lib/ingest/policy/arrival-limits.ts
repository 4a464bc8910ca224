import type { WaitingRoomLimits } from '../../net/policy/waiting-room.ts';

/** Far more than honest publishers need, who wait for milliseconds; an office behind one address fits its share. */
export const arrivalLimits: WaitingRoomLimits = { most: 1_024, mostPerClient: 64 };
