import { isPlainPath } from '../../lib/edge/policy/access/denial.ts';
import { needsToken, parseEntry, splitToken } from '../../lib/edge/policy/access/playback.ts';
import { signToken, tokenFault } from '../../lib/edge/policy/access/playback-token.ts';
import {
  formatSigningKeys,
  parseSigningKeys,
  SigningKeysError,
  verifyingKeys,
} from '../../lib/edge/policy/access/signing-keys.ts';
import { DestinationKeyError, openDestinationKey } from '../../lib/routing/destination-key.ts';
import { formatStreamKey, parseStreamKey, streamNamedBy } from '../../lib/routing/stream-key.ts';
import { checkAddresses, checkTargetUrl, isPublicAddress } from '../../lib/routing/target-address.ts';
import { must, mustAgree, refusing } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

const signingKey = { id: 'k001', secret: 'a-secret-of-the-fuzzer-012345' };
const nowMs = 1_790_000_000_000;
const streamPath = 'local/0123456789abcdeu';
const linkOf = (claims: Partial<Parameters<typeof signToken>[1]>): string =>
  signToken(streamPath, { session: 'mzzzzzzzabcdefghjkmn', issuedMs: nowMs - 1000, ...claims }, signingKey);
/** Links that open the stream, in the words of the target: what else opens it is forged. */
const links = [linkOf({}), linkOf({ viewerId: 'seat-12' }), linkOf({ address: '192.0.2.1' })];

const place = { pepper: 'p', streamId: 's', destinationId: 'd' };

export const keyTargets: readonly FuzzTarget[] = [
  {
    name: 'stream-key',
    about: 'what a broadcaster pastes as stream key',
    parsers: ['lib/routing/stream-key.ts'],
    words: [
      '0123456789abcdef_',
      '0123456789abcdefghjkmnpqrs',
      '%',
      '%5f',
      '?',
      '/',
      '\u200b',
      'rtmp://h/live/',
    ],
    run(input) {
      const text = input.toString('utf8');
      const key = parseStreamKey(text);
      const named = streamNamedBy(text);
      if (!key) return;
      must(named === key.streamId, 'a key names another stream');
      must(parseStreamKey(formatStreamKey(key))?.secret === key.secret, 'a key is not what it was');
    },
  },
  {
    name: 'destination',
    about: 'the address of a destination, and its sealed key as stored',
    parsers: ['lib/routing/target-address.ts', 'lib/routing/destination-key.ts'],
    words: [
      'rtmp://',
      'rtmps://',
      '[::1]',
      '127.0.0.1',
      '0x7f.1',
      '①',
      '@',
      ':65536',
      ':1935',
      '/live',
      'v1.',
      '%',
    ],
    run(input) {
      const text = input.toString('utf8');
      const checked = checkTargetUrl(text);
      if (checked.ok) {
        const { url } = checked;
        must(
          url.port > 0 && url.port < 65_536 && url.host !== '' && url.app !== '',
          'an address without a part',
        );
        must(checkTargetUrl(url.tcUrl).ok, `'${url.tcUrl}' is refused, but '${text}' is not`);
      }
      checkAddresses('host', [text]);
      isPublicAddress(text);
      refusing(() => openDestinationKey(text, place), DestinationKeyError);
    },
  },
  {
    name: 'playback-token',
    about:
      "a viewer's path with a playback token; and the same bytes as keys that sign and as a stream's entry",
    parsers: [
      'lib/edge/policy/access/playback-token.ts',
      'lib/edge/policy/access/playback.ts',
      'lib/edge/policy/access/signing-keys.ts',
    ],
    words: [
      ...links,
      '/local/~',
      '/0123456789abcdeu/index.m3u8',
      '/~',
      '.',
      '%7e',
      '/../',
      '//',
      'signed',
      'public',
      'taken down',
      'since 1790000000000',
      '; ',
      'k001 0 a-secret-of-the-fuzzer-012345\n',
      '2001:db8::1',
    ],
    run(input) {
      const text = input.toString('utf8');
      const [path = '', address = ''] = text.split('\n', 2);
      const split = splitToken(path);
      must(split.token !== '' || split.path === path, 'a path without a token is not what it was');
      must(!isPlainPath(path) || split.path === path, `'${path}' is a name with and without its token`);
      must(needsToken(`/${streamPath}/index.m3u8`, ''), 'a signed stream is open');
      for (const token of [split.token, path]) {
        const fault = tokenFault(
          token,
          streamPath,
          verifyingKeys([{ ...signingKey, fromMs: 0 }]),
          0,
          address,
          nowMs,
        );
        must(fault !== '' || links.includes(token), `'${token}' opens a stream, but was never signed`);
      }
      parseEntry(text);
      const keys = refusing(() => parseSigningKeys(text), SigningKeysError);
      if (keys instanceof Error) return;
      mustAgree(parseSigningKeys(formatSigningKeys(keys)), keys, 'keys written and read');
    },
  },
];
