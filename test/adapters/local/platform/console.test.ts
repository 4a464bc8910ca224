import { expect, test } from '@jest/globals';
import { readyText, trustLines } from '../../../../lib/adapters/local/platform/console.ts';

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
