import { expect, test } from '@jest/globals';
import { readyText, signInLink, trustLines } from '../../../../lib/adapters/local/platform/console.ts';

const urls = {
  page: 'http://127.0.0.1:8440',
  api: 'http://127.0.0.1:8441',
  edge: 'http://127.0.0.1:8442',
  rtmp: 'rtmp://127.0.0.1:8443/live',
  rtmps: 'rtmps://127.0.0.1:8444/live',
  processApi: 'http://127.0.0.1:8445',
};

test('OBS is sent to RTMP first, and on Linux told how it accepts the certificate for RTMPS', () => {
  const trust = trustLines('/data/rtmps-cert.pem', urls, 'linux');
  const text = readyText(urls, trust, undefined);
  expect(text.indexOf(`Server ${urls.rtmp}`)).toBeGreaterThan(0);
  expect(text).toContain("sudo install -m 644 '/data/rtmps-cert.pem' /etc/ssl/certs/headwater.pem");
  // OBS compares the certificate with a name only, never with an address.
  expect(text).toContain('then Server rtmps://localhost:8444/live');
});

test('where OBS cannot be made to accept it, nothing is promised', () => {
  expect(trustLines('/data/rtmps-cert.pem', urls, 'darwin')).toEqual([]);
});

test('the API’s token is shown when it is made, and later where it is', () => {
  const notice = { file: '/data/api-token', token: '0123456789abcdef' };
  expect(readyText(urls, [], undefined, undefined, notice)).toContain(
    'token for other machines: 0123456789abcdef   (shown once; kept in /data/api-token)',
  );
  const later = readyText(urls, [], undefined, undefined, { file: notice.file });
  expect(later).toContain('token for other machines: in /data/api-token');
  expect(later).not.toContain(notice.token);
});

test('other devices get every address, and a link and a code that let their user manage streams', () => {
  const at = (host: string) => ({
    page: `http://${host}:8440`,
    api: `http://${host}:8441`,
    edge: `http://${host}:8442`,
    rtmp: `rtmp://${host}:8443/live`,
    rtmps: `rtmps://${host}:8444/live`,
    processApi: urls.processApi,
  });
  const token = '0123456789abcdef0123456789abcdef';
  const called = [at('192.168.1.5'), at('10.8.0.2')];
  const qrCode = (text: string) => `QR of ${text}`;
  const text = readyText(urls, [], undefined, undefined, undefined, { urls: called, token, qrCode });
  for (const one of called)
    for (const url of [one.page, one.api, one.rtmp, one.rtmps]) expect(text).toContain(url);
  expect(text).toContain(`${urls.page}   (this machine)`);
  expect(text).toContain(`QR of http://192.168.1.5:8440/#token=${token}`);
  expect(text).toContain('Server rtmp://192.168.1.5:8443/live');
  expect(signInLink(at('10.8.0.2'), token)).toBe(`http://10.8.0.2:8440/#token=${token}`);

  const contained = { urls: [at('localhost')], token, qrCode };
  const here = readyText(urls, [], undefined, undefined, undefined, contained);
  expect(here).toContain(`http://localhost:8440/#token=${token}`);
  expect(here).toContain('HEADWATER_ADDRESS=NAME');
  expect(here).not.toContain('QR of');
  const alone = readyText(urls, [], undefined, undefined, undefined, { ...contained, urls: [] });
  expect(alone).toContain('in no network');
  expect(alone).toContain(urls.rtmp);
});
