import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults } from '../player/page-under-test.ts';
import {
  type DeployedConsole,
  down,
  missing,
  page as pageUrl,
  reviewer,
  startDeployedConsole,
  up,
} from './deployed-console.ts';

let deployed: DeployedConsole;
let browser: BrowserContext;
beforeAll(async () => {
  deployed = await startDeployedConsole();
  browser = deployed.browser;
});
// The next test starts signed out, here and at the issuer.
afterEach(async () => {
  await Promise.all(browser.pages().map((page) => page.close()));
  await browser.clearCookies();
  await browser.clock.setSystemTime(Date.now());
});
afterAll(() => deployed?.close());

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 });
const alert = (page: Page, text: string | RegExp) => page.getByRole('alert').filter({ hasText: text });
const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in' });

async function open(path: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(pageUrl + path);
  return page;
}

/** Signs in at the issuer, whose form has a login, a password and a consent. */
async function signIn(page: Page, user: string): Promise<void> {
  await signInButton(page).click();
  await page.getByPlaceholder('Enter any login').fill(user);
  await page.getByPlaceholder('and password').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function signedIn(user: string, path = '/'): Promise<Page> {
  const page = await open(path);
  await signIn(page, user);
  await page.getByText(`${user}@example.com`).waitFor();
  return page;
}

async function createStream(page: Page, name: string): Promise<string> {
  await page
    .getByRole('button', { name: /New stream|Create your first stream/ })
    .first()
    .click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create stream' }).click();
  await heading(page, name).waitFor();
  return new URL(page.url()).pathname;
}

const isRefreshed = (grant: string) => grant === 'refresh_token';

describe('the console on AWS', () => {
  test('asks to sign in, and then manages one’s own streams of the region', async () => {
    const page = await open('/');
    await heading(page, 'Sign in to manage streams').waitFor();
    await page.getByText('login.example.com').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await signIn(page, 'ann');
    await heading(page, 'Streams').waitFor();
    expect(new URL(page.url()).search).toBe(`?region=${up}`);
    expect(await page.getByLabel('Region').inputValue()).toBe(up);
    expect(await accessibilityFaults(page)).toEqual([]);

    const path = await createStream(page, 'Ann’s concert');
    await page.getByText('Updated every 3 seconds').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(deployed.api.requests).toContainEqual(expect.stringMatching(/^OPTIONS \/v1\/streams 204$/));
    expect(deployed.api.requests.filter((request) => request.includes(' 401'))).toEqual([]);
    expect(deployed.api.requests.filter((request) => request.includes('/events/live'))).toEqual([]);

    await browser.clearCookies();
    const other = await signedIn('ben', path);
    await heading(other, 'Stream not found').waitFor();
  });

  test('a reload continues without a login; no token is kept but the one that renews, and that in this tab only', async () => {
    const page = await signedIn('ann');
    const kept = await page.evaluate(() => [Object.entries(sessionStorage), Object.entries(localStorage)]);
    expect(kept[0]?.map(([name]) => name).toSorted()).toEqual([
      'headwater.refresh-token',
      'headwater.region',
    ]);
    expect(kept[1]).toEqual([]);
    const before = deployed.issuer.grants.length;
    await page.reload();
    await heading(page, 'Streams').waitFor();
    expect(deployed.issuer.grants.slice(before)).toEqual(['refresh_token']);

    const another = await open('/');
    await heading(another, 'Sign in to manage streams').waitFor();
  });

  test('renews a token that expires, without a word', async () => {
    const page = await signedIn('ann');
    await page.getByText('Ann’s concert').waitFor();
    const before = deployed.issuer.grants.filter(isRefreshed).length;
    await page.clock.setSystemTime(Date.now() + 20 * 60_000);
    await page.waitForResponse((response) => response.url().includes('/v1/streams') && response.ok());
    await page.waitForResponse((response) => response.url().includes('/v1/streams') && response.ok());
    expect(deployed.issuer.grants.filter(isRefreshed).length).toBe(before + 1);
    expect(await alert(page, /./).count()).toBe(0);
  });

  test('says that a sign-in has expired, and returns to the same page after the next one', async () => {
    const page = await signedIn('ann');
    await page.getByRole('link', { name: 'Ann’s concert', exact: true }).click();
    await heading(page, 'Ann’s concert').waitFor();
    const path = new URL(page.url()).pathname;
    // As an administrator would: the issuer forgets the refresh token, and with it the sign-in.
    await page.evaluate(async () => {
      const token = sessionStorage.getItem('headwater.refresh-token') ?? '';
      await fetch('https://login.example.com/token/revocation', {
        method: 'POST',
        body: new URLSearchParams({ token, client_id: 'headwater-console' }),
      });
    });
    await page.clock.setSystemTime(Date.now() + 20 * 60_000);
    await alert(page, 'Your sign-in has expired. Sign in again to continue.').waitFor();
    await page.clock.setSystemTime(Date.now());
    await signInButton(page).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'Ann’s concert').waitFor();
    expect(new URL(page.url()).pathname).toBe(path);
  });

  test('signs out here and at the issuer', async () => {
    const page = await signedIn('ann');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await heading(page, 'Sign in to manage streams').waitFor();
    expect(await page.evaluate(() => sessionStorage.getItem('headwater.refresh-token'))).toBeNull();
    await signInButton(page).click();
    await page.getByPlaceholder('Enter any login').waitFor();
  });
});

describe('in plain words', () => {
  test('a sign-in that the user or the issuer refuses', async () => {
    const page = await open('/');
    await signInButton(page).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await alert(page, 'The sign-in service refused: End-User aborted interaction.').waitFor();
    expect(page.url()).toBe(`${pageUrl}/`);
  });

  test('a sign-in service that doesn’t respond', async () => {
    const page = await open('/');
    await page.route('https://login.example.com/**', (route) => route.abort());
    await signInButton(page).click();
    await alert(page, 'The sign-in service isn’t responding.').waitFor();
    await page.unroute('https://login.example.com/**');
    await signIn(page, 'ann');
    await heading(page, 'Streams').waitFor();
  });

  test('an answer that this tab never asked for', async () => {
    const page = await open('/?code=stolen&state=foreign');
    await alert(page, 'This sign-in didn’t start in this tab').waitFor();
    expect(page.url()).toBe(`${pageUrl}/`);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('a scope that the account lacks, which those in the group have', async () => {
    const takeDown = async (page: Page) => {
      await page.getByRole('button', { name: 'Take down…' }).click();
      await page.getByLabel('Reason').fill('A test');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /Take down/ })
        .click();
    };
    const page = await signedIn('ann');
    await page.getByRole('link', { name: 'Ann’s concert', exact: true }).click();
    await takeDown(page);
    await alert(page, 'Your account isn’t allowed to do this. This requires the scope takedown.').waitFor();

    await browser.clearCookies();
    const allowed = await signedIn(reviewer);
    await createStream(allowed, 'Rita’s own');
    const answer = allowed.waitForResponse((response) => response.url().endsWith('/takedown'));
    await takeDown(allowed);
    expect((await answer).status()).not.toBe(403);
  });

  test('an API that doesn’t accept the sign-in', async () => {
    const page = await signedIn('ann');
    await page.getByText('Ann’s concert').waitFor();
    const before = deployed.api.accept(['another-api']);
    await alert(page, 'The API doesn’t accept your sign-in.').waitFor();
    deployed.api.accept(before);
    await page.getByText('Retrying every few seconds').waitFor({ state: 'hidden' });
  });

  test('a region whose API doesn’t respond, and one that isn’t deployed; the others go on', async () => {
    const page = await signedIn('ann');
    await page.getByLabel('Region').selectOption(down);
    await alert(page, `The API in ${down} isn’t responding. Other regions aren’t affected.`).waitFor();
    expect(new URL(page.url()).search).toBe(`?region=${down}`);
    await page.getByLabel('Region').selectOption(missing);
    await alert(page, `${missing} isn’t deployed yet`).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Region').selectOption(up);
    await page.getByText('Ann’s concert').waitFor();
  });
});

describe('the viewer page', () => {
  test('has no part of the console: not its script, not its login, not its connections', async () => {
    const page = await browser.newPage();
    const scripts: string[] = [];
    const violations: string[] = [];
    page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
    page.on('console', (message) => violations.push(message.text()));
    await page.goto(`${pageUrl}/watch/7h2kqv0m4x9rt3bz`);
    await page.locator('.scene').getByText('Not on air').waitFor();
    expect(scripts.filter((path) => /door|list-page|console-page|regions/.test(path))).toEqual([]);
    const reach = (url: string) =>
      page.evaluate(
        (to) =>
          fetch(to).then(
            () => 'reached',
            () => 'refused',
          ),
        url,
      );
    expect(await reach('https://login.example.com/.well-known/openid-configuration')).toBe('refused');
    expect(violations.join('\n')).toContain('Content Security Policy');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await heading(page, 'Sign in to manage streams').waitFor();
    expect(await reach('https://login.example.com/.well-known/openid-configuration')).toBe('reached');
  });

  test('the console connects to the APIs of this deployment, and to nobody else’s of the same regions', async () => {
    const page = await signedIn('ann');
    const refusal = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          document.addEventListener('securitypolicyviolation', ({ blockedURI }) => resolve(blockedURI));
          fetch('https://foreign.execute-api.eu-central-1.amazonaws.com/v1/streams').catch(() => undefined);
        }),
    );
    expect(await refusal).toContain('https://foreign.execute-api.eu-central-1.amazonaws.com');
  });
});
