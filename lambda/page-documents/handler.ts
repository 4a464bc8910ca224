// The documents of streams' pages, with the tags of link previews and who may frame the player; and oEmbed. Asked by the edge alone.
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { openOrigin } from '../../lib/adapters/object-stores.ts';
import { systemClock } from '../../lib/net/clock.ts';
import { apiCards } from '../../lib/player/documents/api-cards.ts';
import { answerEdge } from '../../lib/player/documents/edge-answers.ts';
import { keptCards } from '../../lib/player/documents/kept-cards.ts';
import { pageDocumentsFunctionCodec } from '../../lib/player/documents/page-documents-config.ts';
import { pageFiles } from '../../lib/player/documents/page-files.ts';
import { StreamDocuments } from '../../lib/player/documents/stream-documents.ts';
import { pageUrlHeader } from '../../lib/player/policy/routes-function.ts';
import { readRegionDocument, regionDocumentPath } from '../../lib/player/policy/runtime-config.ts';

export const handler = await startFunction({
  codec: pageDocumentsFunctionCodec,
  role: 'player',
  name: 'page-documents',
  async start({ pageBucket, region: ownRegion }, emit) {
    const bucket = await openOrigin(`s3://${pageBucket}`, undefined);
    const { nowMs } = systemClock;
    const file = pageFiles(async (path) => (await bucket.get(path))?.body.toString(), nowMs);
    const apiOf = async (region = ownRegion) => {
      const document = await file(regionDocumentPath(region).slice(1));
      return document === undefined ? undefined : readRegionDocument(document).apiBaseUrl;
    };
    const documents = new StreamDocuments({
      template: async (name) => {
        const text = await file(name);
        if (text === undefined) throw new Error(`The page's bucket has no ${name}.`);
        return text;
      },
      cards: keptCards(apiCards(apiOf), nowMs),
      onUnavailable: (cause) => emit('player.card.unavailable', { cause }),
    });
    return async (event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> => {
      try {
        const { status, headers, body } = await answerEdge(documents, {
          path: event.rawPath,
          query: event.rawQueryString,
          pageUrl: event.headers[pageUrlHeader],
        });
        return { statusCode: status, headers: { ...headers }, body };
      } catch (cause) {
        // The edge has another answer, and nobody needs to be woken for it.
        emit('player.document.failed', { cause });
        return { statusCode: 503, headers: { 'Cache-Control': 'no-cache' }, body: '' };
      }
    };
  },
});
