import { describe, expect, test } from '@jest/globals';
import { displayText, hasHiddenCharacters } from '../../lib/protocol/display-text.ts';

const codes = (name: string): string => [...name].map((char) => char.codePointAt(0)?.toString(16)).join(' ');

describe('a name', () => {
  test.each([
    ['a line break', 'a\nb'],
    ['a null', 'a\0b'],
    ['a C1 control', 'a\u0085b'],
    ['an override that turns the rest around', 'Invoice \u202Efdp.exe'],
    ['an embedding', 'a\u202Ab'],
    ['an isolate', 'a\u2066b\u2069'],
    ['a right-to-left mark', 'a\u200Fb'],
    ['an Arabic letter mark', 'a\u061Cb'],
    ['a zero-width space', 'Sun\u200Bday'],
    ['a word joiner', 'a\u2060b'],
    ['a byte order mark', '\uFEFFSunday'],
    ['a soft hyphen', 'Sun\u00ADday'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['an interlinear annotation', 'a\uFFF9b'],
    ['a tag', 'a\u{E0041}'],
    ['hidden text behind a flag', '\u{1F3F4}\u{E0069}\u{E0067}\u{E006E}\u{E006F}\u{E0072}\u{E0065}\u{E007F}'],
    ['a joiner between Latin letters', 'Sun\u200Dday'],
    ['a non-joiner between Latin letters', 'Sun\u200Cday'],
    ['a joiner at the end', '\u{1F469}\u200D'],
    ['a joiner between emoji that makes none', '\u{1F469}\u200D\u{1F3A5}'],
    ['a joiner at the end of a Persian word', '\u0645\u06CC\u200C'],
    ['half a surrogate pair', 'a\uD800b'],
  ])('with %s is refused', (_what, name) => {
    expect(hasHiddenCharacters(name)).toBe(true);
  });

  test.each([
    'Größe “日本” — Sunday, 9:30!',
    'שידור חי',
    'بث مباشر',
    '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645',
    'क\u094D\u200Dष',
    '\u{1F3A5} Live',
    '\u2764\uFE0F',
    '\u{1F469}\u200D\u{1F4BB}\u{1F44D}\u{1F3FD}',
    '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}',
    '\u{1F3F3}\uFE0F\u200D\u{1F308}',
    '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} v \u{1F1EB}\u{1F1F7}',
    'e\u0301',
  ])('%s is accepted', (name) => {
    expect([codes(name), hasHiddenCharacters(name)]).toEqual([codes(name), false]);
  });
});

test('another program’s words are shown on one line, without what does not show', () => {
  expect(displayText(' OBS\u202E\r\n 31\0.0 ', 100)).toBe('OBS 31 .0');
  expect(displayText('x'.repeat(200), 100)).toHaveLength(100);
});
