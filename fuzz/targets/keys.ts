import { DestinationKeyError, openDestinationKey } from '../../lib/routing/destination-key.ts';
import { formatStreamKey, parseStreamKey, streamNamedBy } from '../../lib/routing/stream-key.ts';
import { checkAddresses, checkTargetUrl, isPublicAddress } from '../../lib/routing/target-address.ts';
import { must, refusing } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

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
];
