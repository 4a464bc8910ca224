import { expect, test } from '@jest/globals';
import { chooseCredentials } from '../../../lib/canary/policy/credentials.ts';

const onAws = 'https://abc123.execute-api.eu-central-1.amazonaws.com';

test.each([
  ['a token is what the caller meant', onAws, { hasToken: true }, { kind: 'token' }],
  ['this machine asks for nothing', 'http://127.0.0.1:8441', { hasToken: false }, { kind: 'none' }],
  ['also by name', 'http://localhost:8441', { hasToken: false }, { kind: 'none' }],
  [
    'the host name says the region to sign for',
    onAws,
    { hasToken: false },
    { kind: 'iam', region: 'eu-central-1' },
  ],
  [
    'a name of its own needs the region',
    'https://api.example.com',
    { hasToken: false, region: 'eu-west-1' },
    { kind: 'iam', region: 'eu-west-1' },
  ],
  ['and says nothing without', 'https://api.example.com', { hasToken: false }, { kind: 'unknown-region' }],
  [
    'another region than the one named',
    onAws,
    { hasToken: true, region: 'us-east-1' },
    { kind: 'other-region', region: 'eu-central-1' },
  ],
])('%s', (_, api, given, choice) => {
  expect(chooseCredentials(api, given)).toEqual(choice);
});
