import { expect, test } from '@jest/globals';
import decodeQR from 'qr/decode.js';
import { terminalQrCode } from '../../../../lib/adapters/local/platform/qr-code.ts';

const scale = 4;
const esc = '\u001B';

/** What a scanner reads off the terminal: each character is two modules, dark or white. */
function scan(shown: string): string {
  const lines = shown
    .split('\n')
    .map((line) => line.replace(`  ${esc}[30;107m`, '').replace(`${esc}[0m`, ''));
  const modules = lines.flatMap((line) => [
    [...line].map((block) => block === '█' || block === '▀'),
    [...line].map((block) => block === '█' || block === '▄'),
  ]);
  const width = (modules[0]?.length ?? 0) * scale;
  const height = modules.length * scale;
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [Math.floor((at % width) / scale), Math.floor(at / width / scale)];
    data.set(modules[y]?.[x] ? [0, 0, 0, 255] : [255, 255, 255, 255], at * 4);
  }
  return decodeQR({ width, height, data });
}

test('a phone reads the link off the terminal', () => {
  const link = `http://192.168.178.45:8440/#token=${'0123456789abcdef'.repeat(4)}`;
  expect(scan(terminalQrCode(link))).toBe(link);
});
