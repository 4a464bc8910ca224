/** What a token may grant. `platform`: the fleet, the budget, the processes of a machine, and the streams of every owner. */
export const scopes = ['streams:read', 'streams:write', 'takedown', 'platform'] as const;
export type Scope = (typeof scopes)[number];

/** Scopes that reach beyond a caller's own streams. Where groups count (`api.jwt.groupsClaim`), each needs the group of its name. */
export const privilegedScopes = ['takedown', 'platform'] as const satisfies readonly Scope[];
