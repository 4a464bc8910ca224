import { signToken } from '../../../../lib/edge/policy/access/playback-token.ts';

/** Requests of signed and public streams, and what the edge makes of each: for the local edge and for CloudFront's function alike. */

export const nowMs = Date.UTC(2026, 10, 27, 12);
const hourMs = 3_600_000;

const older = { id: 'k001', secret: 'the-older-of-two-secrets' };
const newer = { id: 'k002', secret: 'the-newer-of-two-secrets' };
const gone = { id: 'k000', secret: 'a-secret-rotated-away' };
export const keys = `${older.id}:${older.secret} ${newer.id}:${newer.secret}`;

/** Created as signed, as its id says. */
export const born = 'local/0123456789abcdeu';
/** Created as public. */
export const plain = 'local/0123456789abcdef';
export const marked = '1jm8p0v4c7h2kqvu';
const unmarked = '1jm8p0v4c7h2kqv0';

export const session = (expiresMs: number, rest = 'abcdefghjkmn'): string =>
  expiresMs.toString(36).padStart(8, '0') + rest;

interface Making {
  readonly stream?: string;
  readonly key?: typeof newer;
  readonly issuedMs?: number;
  readonly expiresMs?: number;
  readonly viewerId?: string;
  readonly address?: string;
  readonly rest?: string;
}

export function token(making: Making = {}): string {
  const { stream = born, key = newer, issuedMs = nowMs - hourMs, expiresMs = nowMs + hourMs } = making;
  const { viewerId, address, rest } = making;
  return signToken(stream, { session: session(expiresMs, rest), issuedMs, viewerId, address }, key);
}

/** The same path with a token after the region. */
export const carrying = (path: string, text: string): string => path.replace(/^(\/[^/]+)\//, `$1/~${text}/`);

export interface PlaybackVector {
  readonly what: string;
  readonly path: string;
  readonly entry?: string;
  readonly revoked?: readonly string[];
  readonly address?: string;
  /** What it is refused for, `404`, or the path that is served. */
  readonly gets: 'missing' | 'invalid' | 'expired' | 'revoked' | 'denied' | '404' | `/${string}`;
}

const index = `/${born}/index.m3u8`;
const segment = `/${born}/${marked}/720p/17.m4s`;
const plainIndex = `/${plain}/index.m3u8`;
const since = (atMs: number) => `signed; since ${atMs}`;
const good = token();
const flipped = `${good.slice(0, -2)}${good.at(-2) === 'A' ? 'B' : 'A'}${good.at(-1)}`;
const bound4 = token({ address: '203.0.113.9' });
const bound6 = token({ address: '2001:db8:1:2:3:4:5:6' });

export const playbackVectors: readonly PlaybackVector[] = [
  { what: 'a public stream', path: plainIndex, gets: plainIndex },
  { what: 'a public stream with any token', path: carrying(plainIndex, 'any'), gets: plainIndex },
  { what: 'a manifest without a token', path: index, gets: 'missing' },
  { what: 'a segment without a token', path: segment, gets: 'missing' },
  { what: 'a manifest with one', path: carrying(index, good), gets: index },
  { what: 'a segment with the same one', path: carrying(segment, good), gets: segment },
  { what: 'one with a viewer id', path: carrying(index, token({ viewerId: 'seat-12_B' })), gets: index },
  { what: 'one signed with the older key', path: carrying(index, token({ key: older })), gets: index },
  {
    what: 'one signed with a key rotated away',
    path: carrying(index, token({ key: gone })),
    gets: 'invalid',
  },
  {
    what: 'one in the name of a key that isn’t its own',
    path: carrying(index, token({ key: { ...gone, id: 'k002' } })),
    gets: 'invalid',
  },
  { what: 'one of another stream', path: carrying(index, token({ stream: plain })), gets: 'invalid' },
  {
    what: 'one of the same stream elsewhere',
    path: carrying(index, token({ stream: born.replace('local', 'eu-central-1') })),
    gets: 'invalid',
  },
  { what: 'one with a changed signature', path: carrying(index, flipped), gets: 'invalid' },
  {
    what: 'one whose viewer id was changed',
    path: carrying(index, token({ viewerId: 'a' }).replace('.a.n.', '.b.n.')),
    gets: 'invalid',
  },
  {
    what: 'one whose expiry was changed',
    path: carrying(index, good.replace(session(nowMs + hourMs), session(nowMs + 2 * hourMs))),
    gets: 'invalid',
  },
  { what: 'one cut off', path: carrying(index, good.slice(0, -1)), gets: 'invalid' },
  { what: 'an empty one', path: carrying(index, ''), gets: 'invalid' },
  {
    what: 'one a millisecond before it expires',
    path: carrying(index, token({ expiresMs: nowMs + 1 })),
    gets: index,
  },
  { what: 'one as it expires', path: carrying(index, token({ expiresMs: nowMs })), gets: 'expired' },
  {
    what: 'a segment with an expired one',
    path: carrying(segment, token({ expiresMs: nowMs - 1 })),
    gets: 'expired',
  },
  {
    what: 'one issued before all were revoked',
    path: carrying(index, token({ issuedMs: 5_000 })),
    entry: since(5_000),
    gets: 'revoked',
  },
  {
    what: 'one issued after that',
    path: carrying(index, token({ issuedMs: 5_001 })),
    entry: since(5_000),
    gets: index,
  },
  {
    what: 'one whose session was revoked',
    path: carrying(segment, good),
    revoked: [`${born}/${session(nowMs + hourMs)}`],
    gets: 'revoked',
  },
  {
    what: 'one beside a revoked session',
    path: carrying(segment, token({ rest: 'nnnnnnnnnnnn' })),
    revoked: [`${born}/${session(nowMs + hourMs)}`],
    gets: segment,
  },
  {
    what: 'one whose session was revoked for another stream',
    path: carrying(index, good),
    revoked: [`${plain}/${session(nowMs + hourMs)}`],
    gets: index,
  },
  { what: 'a stream turned public', path: index, entry: 'public', gets: index },
  { what: 'a segment of one turned public', path: segment, entry: 'public', gets: segment },
  {
    what: 'a stream turned public with an expired token',
    path: carrying(index, token({ expiresMs: 1 })),
    entry: 'public',
    gets: index,
  },
  { what: 'a stream turned signed', path: plainIndex, entry: 'signed', gets: 'missing' },
  {
    what: 'an older recording of one turned signed',
    path: `/${plain}/${unmarked}/720p/1.m4s`,
    entry: 'signed',
    gets: 'missing',
  },
  {
    what: 'the same with a token',
    path: carrying(`/${plain}/${unmarked}/720p/1.m4s`, token({ stream: plain })),
    entry: 'signed',
    gets: `/${plain}/${unmarked}/720p/1.m4s`,
  },
  {
    what: 'a marked broadcast whose stream has no entry',
    path: `/${plain}/${marked}/720p/1.m4s`,
    gets: 'missing',
  },
  {
    what: 'what MediaLive wrote of it',
    path: `/${plain}/${marked}/managed/0/index-720p-playlist-20261122T202000_00001.mp4`,
    gets: 'missing',
  },
  { what: 'the index of a stream whose broadcast is marked', path: plainIndex, gets: plainIndex },
  { what: 'a stream that is taken down', path: index, entry: 'taken down', gets: 'denied' },
  {
    what: 'one that is taken down, with a token',
    path: carrying(index, good),
    entry: 'taken down; signed',
    gets: 'denied',
  },
  {
    what: 'a public one that is taken down, with a token',
    path: carrying(plainIndex, good),
    entry: 'taken down',
    gets: 'denied',
  },
  { what: 'one bound to this address', path: carrying(index, bound4), address: '203.0.113.9', gets: index },
  {
    what: 'one bound to this address, as IPv6 maps it',
    path: carrying(index, bound4),
    address: '::ffff:203.0.113.9',
    gets: index,
  },
  {
    what: 'one bound to another address',
    path: carrying(index, bound4),
    address: '203.0.113.10',
    gets: 'invalid',
  },
  {
    what: 'one bound to this IPv6 address',
    path: carrying(index, bound6),
    address: '2001:db8:1:2:3:4:5:6',
    gets: index,
  },
  {
    what: 'one bound to this /64',
    path: carrying(index, bound6),
    address: '2001:0DB8:0001:2::1',
    gets: index,
  },
  {
    what: 'one bound to another /64',
    path: carrying(index, bound6),
    address: '2001:db8:1:3:3:4:5:6',
    gets: 'invalid',
  },
  { what: 'one bound to ::1', path: carrying(index, token({ address: '::1' })), address: '::1', gets: index },
  {
    what: 'one bound to ::1, from elsewhere',
    path: carrying(index, token({ address: '::1' })),
    address: '2001:db8::1',
    gets: 'invalid',
  },
  {
    what: 'one said to be unbound',
    path: carrying(index, bound4.replace('.a.', '.n.')),
    address: '203.0.113.9',
    gets: 'invalid',
  },
  { what: 'a second token', path: carrying(carrying(index, good), good), gets: '404' },
  { what: 'a token before the region', path: `/~${good}${index}`, gets: '404' },
  { what: 'a token after the stream', path: `/${born}/~${good}/index.m3u8`, gets: '404' },
  { what: 'a token spelled with an escape', path: carrying(index, good).replace('~', '%7E'), gets: '404' },
  { what: 'a token with an escape in it', path: carrying(index, good.replace('.', '%2E')), gets: '404' },
  { what: 'a stream spelled with an escape', path: index.replace('0123', '%30123'), gets: '404' },
  { what: 'the same behind a token', path: carrying(index.replace('0123', '%30123'), good), gets: '404' },
  {
    what: 'a stream in upper case',
    path: index.replace('abcdeu', 'ABCDEU'),
    gets: index.replace('abcdeu', 'ABCDEU') as `/${string}`,
  },
  { what: 'a dot segment', path: index.replace('/local/', '/local/./'), gets: '404' },
  {
    what: 'a dot segment behind a token',
    path: carrying(index, good).replace('/index', '/../index'),
    gets: '404',
  },
  { what: 'a double slash', path: index.replace('/local/', '/local//'), gets: '404' },
  {
    what: 'a token and a double slash',
    path: carrying(index, good).replace('/local/', '//local/'),
    gets: '404',
  },
];
