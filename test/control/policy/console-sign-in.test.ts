import { describe, expect, test } from '@jest/globals';
import { scopes } from '../../../lib/config/scopes.ts';
import { cognitoOrigins, cognitoSignIn, issuerSignIn } from '../../../lib/control/policy/console-sign-in.ts';
import { testDeployment } from '../../../testkit/aws/template.ts';

const jwtOf = (fields: object) => {
  const { jwt } = testDeployment({
    api: { jwt: { issuer: 'https://login.example.com/live', audiences: ['api', 'other'], ...fields } },
  }).api;
  if (!jwt) throw new Error('No issuer.');
  return jwt;
};

describe('signing in with one’s own issuer', () => {
  test('by default the first audience is the client, which asks for every scope', () => {
    expect(issuerSignIn(jwtOf({}))).toEqual({
      issuer: 'https://login.example.com/live',
      clientId: 'api',
      scopes,
      parameters: {},
      origins: ['https://login.example.com'],
    });
  });

  test('scopes are asked for as the issuer spells them, and its other endpoints may be reached', () => {
    const fields = {
      clientId: 'console',
      scopePrefix: 'https://api.example.com/',
      consoleScopes: ['streams:read'],
      endpointOrigins: ['https://login.example.com', 'https://tokens.example.com'],
    };
    expect(issuerSignIn(jwtOf(fields))).toMatchObject({
      clientId: 'console',
      scopes: ['https://api.example.com/streams:read'],
      origins: ['https://login.example.com', 'https://tokens.example.com'],
    });
  });
});

test('with a user pool of ours, the page knows where to sign out, and may reach no other host of Cognito', () => {
  const place = {
    deployment: 'live',
    account: '111122223333',
    region: 'us-east-1',
    urlSuffix: 'amazonaws.com',
  };
  const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC';
  const signIn = cognitoSignIn(place, { issuer, clientId: 'c1', pageBaseUrl: 'https://live.example.com' });
  expect(signIn).toMatchObject({ issuer, clientId: 'c1', origins: cognitoOrigins(place) });
  expect(new URL(issuer).origin).toBe(signIn.origins[0]);
  expect(new URL(signIn.signOutUrl ?? '').origin).toBe(signIn.origins[1]);
  expect(Object.fromEntries(new URL(signIn.signOutUrl ?? '').searchParams)).toEqual({
    client_id: 'c1',
    logout_uri: 'https://live.example.com/',
  });
});
