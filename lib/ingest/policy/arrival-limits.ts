import type { WaitingRoomLimits } from '../../net/policy/waiting-room.ts';

/**
 * Far more than honest publishers need, who wait for milliseconds. A waiting connection is cheap, one that is closed comes back at once:
 * so a client's share is what still leaves half of the room to others.
 */
export const arrivalLimits: WaitingRoomLimits = { most: 1_024, mostPerClient: 512 };
