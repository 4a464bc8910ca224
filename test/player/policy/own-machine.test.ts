import { describe, expect, test } from '@jest/globals';
import { cardFor, configFor } from '../../../lib/player/policy/own-machine.ts';

const config = {
  region: 'local',
  apiBaseUrl: 'http://127.0.0.1:8441',
  processApiBaseUrl: 'http://127.0.0.1:8449',
  edgeBaseUrl: 'http://127.0.0.1:8442',
};
const own = { remoteAddress: '127.0.0.1', host: '127.0.0.1:8440', isForwarded: false };
const phone = { remoteAddress: '192.168.1.20', host: '192.168.1.5:8440', isForwarded: false };

describe('what a machine’s page says of where things are', () => {
  test('its own user has the API and the supervisor without a token', () => {
    expect(configFor(own, config, ['studio.local'])).toEqual(config);
    expect(configFor(phone, config, undefined)).toEqual(config);
  });

  test('another device finds everything under the name it called, with a token, and no supervisor', () => {
    expect(configFor(phone, config, ['studio.local'])).toEqual({
      region: 'local',
      edgeBaseUrl: 'http://192.168.1.5:8442',
      console: { tokenApiBaseUrl: 'http://192.168.1.5:8441' },
    });
    const byName = configFor({ ...phone, host: 'studio.local:8440' }, config, ['studio.local']);
    expect(byName.edgeBaseUrl).toBe('http://studio.local:8442');
  });

  test('a name that may be anybody’s gets no addresses of its own', () => {
    const strange = configFor({ ...own, host: 'evil.example' }, config, ['studio.local']);
    expect(strange).toEqual({
      region: 'local',
      edgeBaseUrl: config.edgeBaseUrl,
      console: { tokenApiBaseUrl: config.apiBaseUrl },
    });
  });
});

test('the picture of a link preview is under the name that was called, if that is one of ours', () => {
  const poster = 'http://127.0.0.1:8442/local/7h2kqv0m4x9rt3bz/poster.jpg';
  const card = {
    id: '7h2kqv0m4x9rt3bz',
    access: 'public',
    embedding: 'anywhere',
    name: 'Launch',
    poster,
  } as const;
  const posterFor = (host: string, names?: readonly string[]) => cardFor(card, host, names).poster;
  expect(posterFor('192.168.1.5:8440', ['studio.local'])).toBe(
    'http://192.168.1.5:8442/local/7h2kqv0m4x9rt3bz/poster.jpg',
  );
  expect(posterFor('studio.local:8440', ['studio.local'])).toContain('http://studio.local:8442/');
  expect(posterFor('evil.example', ['studio.local'])).toBe(poster);
  expect(posterFor('192.168.1.5:8440')).toBe(poster);
  const { poster: _, ...bare } = card;
  expect(cardFor(bare, '192.168.1.5:8440', ['studio.local'])).toEqual(bare);
});
