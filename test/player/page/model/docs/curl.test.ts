import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { curlOf } from '../../../../../lib/player/page/model/docs/curl.ts';

const parameters = [{ name: 'id', in: 'path', schema: { type: 'string', example: '7h2k/é' } }];
const operation = { method: 'GET', path: '/v1/streams/{id}', parameters, body: undefined };

/** The words that a shell makes of a command line. */
const wordsOf = (command: string): string[] =>
  execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }; TOKEN=secret; ${command}`], {
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n');

test('an operation is a command line with its examples in it', () => {
  const command = curlOf(operation, { api: 'http://127.0.0.1:8441', hasToken: false });
  expect(wordsOf(command)).toEqual(['http://127.0.0.1:8441/v1/streams/7h2k%2F%C3%A9']);
});

test('its body is one word of the shell, whatever is in it, and the token comes from a variable', () => {
  const body = { type: 'application/json', schema: {}, example: { name: `It's "on"; $HOME` } };
  const command = curlOf(
    { ...operation, method: 'PATCH', body },
    { api: 'https://api.example', hasToken: true },
  );
  expect(wordsOf(command)).toEqual([
    ...['-X', 'PATCH', 'https://api.example/v1/streams/7h2k%2F%C3%A9'],
    ...['-H', 'Authorization: Bearer secret', '-H', 'Content-Type: application/json'],
    ...['-d', `{"name":"It's \\"on\\"; $HOME"}`],
  ]);
});
