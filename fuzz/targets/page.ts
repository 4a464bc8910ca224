import { oembedAnswer, readOembedQuestion } from '../../lib/player/policy/oembed.ts';
import { addressOf, streamPageAt } from '../../lib/player/policy/page-address.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import { must, mustAgree } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

const host = 'live.example.com';
const page = `https://${host}/watch/0123456789abcdeu`;

/** What anyone may ask of the page. */
export const pageTargets: readonly FuzzTarget[] = [
  {
    name: 'page-address',
    about: 'the address of a stream’s page, and the question of an oEmbed consumer about it',
    parsers: ['lib/player/policy/page-address.ts', 'lib/player/policy/oembed.ts'],
    words: [
      page,
      '/embed/',
      '?region=',
      '&broadcast=',
      'url=',
      '&maxwidth=',
      '&maxheight=',
      '"><script>',
      '%22',
    ],
    run(input) {
      const text = input.toString('utf8');
      if (URL.canParse(text)) {
        const found = streamPageAt(new URL(text));
        const again = found && streamPageAt(new URL(addressOf(`https://${host}`, found)));
        mustAgree(again, found, 'a page and its address');
      }
      for (const query of [text, `url=${encodeURIComponent(text)}`]) {
        const question = readOembedQuestion(new URLSearchParams(query), host);
        if ('status' in question) continue;
        must(question.width >= 1 && question.width <= 640, 'a frame without a width');
        const answer = oembedAnswer(question, {
          id: '0123456789abcdeu' as StreamId,
          access: 'public',
          embedding: 'anywhere',
          name: text,
        });
        must(!('html' in answer) || !/<script|" on/i.test(answer.html ?? ''), 'a name that is code');
      }
    },
  },
];
