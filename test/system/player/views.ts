import type { Locator, Page } from 'playwright-core';
import type { Stream } from '../../../lib/player/page/api/types.ts';
import type { RuntimeConfig } from '../../../lib/player/policy/runtime-config.ts';
import { cannedAudience, cannedBroadcast, cannedHealth, cannedProcesses } from './canned-records.ts';
import { keyboardFaults, largeTextFaults, motionFaults, narrowFaults, schemeFaults } from './inclusion.ts';
import type { PagesUnderTest, PageUnderTest } from './page-under-test.ts';

/** A view of the page, as somebody meets it. */
export interface View {
  readonly name: string;
  /** Puts what it shows onto a platform; returns its address, which may be a path of the page. */
  address(under: PagesUnderTest): string | Promise<string>;
  /** Once it has loaded: brings it to what is meant, and waits until it shows. */
  show(page: Page): Promise<unknown>;
  /** What opens over it. */
  readonly over?: readonly Overlay[];
}

/** A dialog or a menu: the button that opens it has the focus again when Escape has closed it. */
interface Overlay {
  readonly button: RegExp;
  /** What is pressed with the focus on the button. @default Enter */
  readonly key?: string;
  readonly kind: 'dialog' | 'menu';
  readonly title: RegExp;
  /** Brings it to what is meant. */
  show?(opened: Locator): Promise<unknown>;
}

/** What keeps somebody from using a view, or what opens over it. */
export async function faultsOf(view: View, under: PagesUnderTest): Promise<string[]> {
  const { page } = await under.open(await view.address(under), { reducedMotion: 'reduce' });
  await view.show(page);
  const faults = await faultsNow(page);
  for (const overlay of view.over ?? []) {
    const found = await overlayFaults(page, overlay);
    faults.push(...found.map((fault) => `${overlay.title.source}: ${fault}`));
  }
  await page.close();
  return faults;
}

async function faultsNow(page: Page): Promise<string[]> {
  return [
    ...(await motionFaults(page)),
    ...(await schemeFaults(page)),
    ...(await keyboardFaults(page)),
    ...(await largeTextFaults(page)),
    ...(await narrowFaults(page)),
  ];
}

async function overlayFaults(
  page: Page,
  { button, key = 'Enter', kind, title, show }: Overlay,
): Promise<string[]> {
  const opener = page.getByRole('button', { name: button }).first();
  await opener.press(key);
  const opened = page.getByRole(kind, { name: title });
  await opened.waitFor();
  await show?.(opened);
  // Arrow keys walk a menu, and Tab closes it.
  const faults = kind === 'menu' ? await schemeFaults(page) : await faultsNow(page);
  await page.keyboard.press('Escape');
  await page.locator(kind === 'dialog' ? 'dialog' : '[role="menu"]').waitFor({ state: 'detached' });
  const hasFocus = await opener.evaluate((element) => element === document.activeElement);
  return hasFocus ? faults : [...faults, 'the focus does not return'];
}

let made = 0;
const newBroadcast = (state: Parameters<typeof cannedBroadcast>[1]) =>
  cannedBroadcast(`d${String(++made).padStart(15, '0')}`, state);
const onAir = ({ platform }: Pick<PageUnderTest, 'platform'>, name: string, change: Partial<Stream> = {}) =>
  platform.add(name, { state: 'live', broadcast: newBroadcast('live'), ...change });
const heading = (name: RegExp) => (page: Page) => page.getByRole('heading', { level: 1, name }).waitFor();
const scene = (text: string) => (page: Page) => page.locator('.scene').getByText(text).waitFor();
const plays = (page: Page) => page.locator('.player[data-condition="playing"]').waitFor();
const dialog = (button: RegExp, title: RegExp, show?: Overlay['show']): Overlay => ({
  ...{ button, title, kind: 'dialog' },
  ...(show && { show }),
});

/** Names as people all over the world give them. */
export const names = {
  arabic: 'بث مباشر من القاهرة – الحلقة 12',
  chinese: '深夜音樂會：城市之聲 🎻🌃',
  long: `Night_shift_${'of_the_harbour_master_'.repeat(4)}`,
};
const yesterday = new Date(Date.now() - 86_400_000).toISOString();

/** Every view of the page: a new one gets its row here. Behind the login, in front of another API, is console/login.test.ts. */
export const views: readonly View[] = [
  {
    name: 'the list before there is a stream',
    address: async (under) => (await under.beside()).url,
    show: (page) => page.getByRole('heading', { name: /three steps/ }).waitFor(),
    over: [dialog(/^New stream$/, /New stream/)],
  },
  {
    name: 'the list, with a stream in each state',
    async address(under) {
      const { platform, url } = await under.beside();
      onAir({ platform }, names.chinese);
      for (const state of ['starting', 'reconnecting', 'ended'] as const) {
        platform.add(state === 'ended' ? names.arabic : `Is ${state}`, {
          state,
          broadcast: newBroadcast(state),
        });
      }
      platform.add(names.long);
      const { id } = platform.add('Stolen');
      platform.report(id, { state: 'taken-down', reason: 'Reported by its owner' });
      return url;
    },
    show: (page) => page.getByText('Reported by its owner').waitFor(),
  },
  {
    name: 'the list while the platform doesn’t respond',
    async address(under) {
      const { platform, url } = await under.beside();
      platform.down.api = true;
      return url;
    },
    show: (page) => page.getByRole('alert').getByText('isn’t responding').waitFor(),
  },
  {
    name: 'the console off air',
    address: ({ platform }) => `/streams/${platform.add(names.arabic).id}`,
    async show(page) {
      await page.getByText('Each broadcast is recorded.').waitFor();
      for (const fold of ['OBS settings', 'ffmpeg command', /^RTMPS on/]) {
        await page.locator('summary').filter({ hasText: fold }).click();
      }
    },
    over: [
      dialog(/^Create a new key$/, /new stream key/),
      dialog(/^Share$/, /Share/, (opened) => opened.getByText('Embed code', { exact: true }).waitFor()),
      dialog(/^Add a destination$/, /Add a destination/),
      dialog(/^Delete stream…$/, /Delete/),
      dialog(/^Take down…$/, /Take down/),
    ],
  },
  {
    name: 'the console on air, with graphs, audience and destinations',
    address(under) {
      const since = new Date().toISOString();
      const common = { url: 'rtmps://live.example.com/app', enabled: true, createdAt: since, since };
      const { id, broadcast } = onAir(under, names.long, {
        destinations: [
          { ...common, id: 'd0', name: 'Second site', state: 'live' },
          {
            ...common,
            id: 'd1',
            name: names.chinese,
            state: 'waiting',
            detail: 'the server does not respond',
          },
        ],
      });
      under.platform.audiences.set(id, cannedAudience(broadcast?.id ?? ''));
      under.platform.say(id, 'stream.live', 'On air with 720p.');
      return `/streams/${id}`;
    },
    async show(page) {
      await page.getByText(/Preview, /).waitFor();
      await page.getByRole('img', { name: /^Encoding speed: / }).waitFor();
      await page.getByRole('img', { name: /^Viewers from / }).waitFor();
      await page.getByText('Figures as a table').click();
      await page.locator('summary').filter({ hasText: 'Connect your encoder' }).click();
    },
    over: [dialog(/^End broadcast$/, /End/), dialog(/^Remove Second site$/, /Remove/)],
  },
  {
    name: 'the console of a broadcast in trouble',
    address(under) {
      const { id } = onAir(under, 'In trouble');
      const advice = 'Lower the bitrate to 2,500 kb/s.';
      const reasons = [{ code: 'UPLINK_DROPS', message: 'Your uplink drops pictures.', advice }];
      under.platform.measure(id, () => cannedHealth({ verdict: 'bad', reasons }));
      under.platform.say(id, 'publish.refused', 'A broadcaster was turned away: the stream key is wrong.');
      return `/streams/${id}`;
    },
    async show(page) {
      await page.getByText('Bad, because:').waitFor();
      await page.locator('.event-bad').waitFor();
    },
  },
  {
    name: 'the console whose encoder has left',
    address: ({ platform }) => {
      const broadcast = newBroadcast('reconnecting');
      return `/streams/${platform.add('Interrupted', { state: 'reconnecting', broadcast }).id}`;
    },
    show: (page) => page.getByRole('timer').waitFor(),
  },
  {
    name: 'the console of an ended stream, with its recordings',
    address({ platform }) {
      const ended = {
        endedAt: yesterday,
        startedAt: yesterday,
        durationMs: 3_725_000,
        sizeBytes: 31_000_000,
      };
      const broadcast = { ...newBroadcast('ended'), ...ended };
      const { id } = platform.add(names.chinese, { state: 'ended', broadcast });
      platform.recordings.set(id, [broadcast, { ...newBroadcast('ended'), ...ended }]);
      const file = { broadcastId: broadcast.id, fileName: 'A.mp4', askedAt: yesterday };
      platform.files.set(broadcast.id, [
        { ...file, id: 'd0', state: 'ready', progress: 1, url: `${platform.url}/A.mp4`, durationMs: 61_000 },
        { ...file, id: 'd1', state: 'running', progress: 0.4, startMs: 60_000, endMs: 70_500 },
        { ...file, id: 'd2', state: 'failed', progress: 0, detail: 'The recording was deleted meanwhile.' },
      ]);
      return `/streams/${id}`;
    },
    show: (page) => page.getByText('1:02:05').first().waitFor(),
    over: [
      dialog(/^Download the recording/, /Download/, async (opened) => {
        await opened.getByText('40 % written').waitFor();
        await opened.getByLabel('A clip').check();
      }),
      dialog(/^Delete the recording/, /Delete/),
    ],
  },
  {
    name: 'the console of a stream that is taken down',
    address({ platform }) {
      const { id } = platform.add('Stolen');
      platform.report(id, { state: 'taken-down', reason: 'Reported by its owner', darkAfterMs: 420 });
      return `/streams/${id}`;
    },
    show: (page) => page.getByRole('heading', { name: 'This stream has been taken down' }).waitFor(),
    over: [dialog(/^Restore…$/, /Restore/)],
  },
  {
    name: 'the console of a stream that only some may watch, on some websites',
    address({ platform }) {
      const { id, playback } = platform.add('Private', {
        embedding: ['https://example.com'],
        encoders: ['fleet', 'medialive'],
      });
      platform.change(id, { playback: { ...playback, access: 'signed' } });
      return `/streams/${id}`;
    },
    show: (page) => page.getByRole('button', { name: 'Create a link…' }).waitFor(),
    over: [dialog(/^Create a link…$/, /Create a link/), dialog(/^Revoke all links…$/, /Revoke all/)],
  },
  {
    name: 'the console of no stream',
    address: () => '/streams/0000000000000000',
    show: heading(/not found/),
  },
  {
    name: 'the Platform page',
    async address(under) {
      const other = await under.beside((apiBaseUrl) => ({ apiBaseUrl, processApiBaseUrl: apiBaseUrl }));
      other.platform.processes.push(...cannedProcesses);
      onAir(other, 'Encoded');
      return `${other.url}/platform`;
    },
    show: (page) => page.getByText('Encodes').waitFor(),
    over: [dialog(/^Kill encoder-2$/, /Kill/)],
  },
  {
    name: 'the door to a machine at home',
    address: async (under) => (await under.beside((url) => ({ console: { tokenApiBaseUrl: url } }))).url,
    show: heading(/Sign in/),
  },
  {
    name: 'the sign-in page',
    address: async (under) => (await under.beside(() => ({ console: signInConsole }))).url,
    show: heading(/Sign in/),
  },
  {
    name: 'a page without a console',
    address: async (under) => (await under.beside(() => ({}))).url,
    show: heading(/Watch live streams/),
  },
  {
    name: 'the viewer',
    address: (under) => `/watch/${onAir(under, names.arabic).id}`,
    async show(page) {
      await plays(page);
      await page.keyboard.press('i');
      await page.getByRole('region', { name: 'Stats' }).waitFor();
    },
    over: [
      { kind: 'menu', button: /^Quality/, title: /Quality/ },
      dialog(/^Share$/, /Share/, (opened) => opened.getByText('Embed code', { exact: true }).waitFor()),
    ],
  },
  {
    name: 'the viewer who is behind and paused',
    address: (under) => `/watch/${onAir(under, names.long).id}`,
    async show(page) {
      await plays(page);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('button', { name: /^Catch up/ }).waitFor();
      await page.keyboard.press('k');
      await page.locator('.big-play').waitFor();
    },
    over: [{ kind: 'dialog', button: /^Play$/, key: '?', title: /Keyboard shortcuts/ }],
  },
  {
    name: 'the viewer whose machine is offline',
    address: (under) => `/watch/${onAir(under, 'In a tunnel').id}`,
    async show(page) {
      await plays(page);
      await page.evaluate(() => {
        Object.defineProperty(navigator, 'onLine', { get: () => false });
        dispatchEvent(new Event('offline'));
      });
      await page.locator('.scene-note').getByText('You’re offline').waitFor();
    },
  },
  {
    name: 'the viewer of a stream that is off air',
    address: ({ platform }) => `/watch/${platform.add(names.chinese).id}`,
    show: scene('Not on air'),
  },
  {
    name: 'the viewer while the platform doesn’t respond',
    async address(under) {
      const { platform, url } = await under.beside();
      platform.down.api = platform.down.edge = true;
      return `${url}/watch/0000000000000000`;
    },
    show: scene('Can’t reach the platform'),
  },
  {
    name: 'the viewer of a stream that was taken down',
    address({ platform }) {
      const { id } = platform.add('Stolen');
      platform.report(id, { state: 'taken-down' });
      return `/watch/${id}`;
    },
    show: scene('no longer available'),
  },
  { name: 'the viewer of no stream', address: () => '/watch/0000000000000000', show: scene('not found') },
  {
    name: 'the embedded player',
    address: (under) => `/embed/${onAir(under, names.chinese).id}`,
    show: plays,
  },
  { name: 'the reference of the API', address: () => '/docs', show: heading(/Headwater control API/) },
  { name: 'an operation of the API', address: () => '/docs/createStream', show: heading(/Create a stream/) },
  { name: 'no page', address: () => '/nowhere', show: heading(/Page not found/) },
];

const signInConsole: RuntimeConfig['console'] = {
  regions: [],
  signIn: {
    issuer: 'https://login.example.com',
    clientId: 'console',
    scopes: [],
    parameters: {},
    origins: ['https://login.example.com'],
  },
};
