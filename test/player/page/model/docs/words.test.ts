import { expect, test } from '@jest/globals';
import { piecesOf } from '../../../../../lib/player/page/model/docs/words.ts';

test('a description is text with code and links', () => {
  expect(piecesOf('Sent by `live`, as [they](https://a.example/b) say.')).toEqual([
    { kind: 'text', text: 'Sent by ' },
    { kind: 'code', text: 'live' },
    { kind: 'text', text: ', as ' },
    { kind: 'link', text: 'they', href: 'https://a.example/b' },
    { kind: 'text', text: ' say.' },
  ]);
});

test('what is no markup of ours stays as it is, and no link leads to a script', () => {
  for (const text of ['', 'a ` b', '[x](javascript:alert(1))', 'an array [1](2)'])
    expect(piecesOf(text)).toEqual(text === '' ? [] : [{ kind: 'text', text }]);
});
