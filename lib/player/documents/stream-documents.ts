import { streamDocument } from '../policy/document.ts';
import type { Framing } from '../policy/headers.ts';
import { oembedAnswer, readOembedQuestion } from '../policy/oembed.ts';
import { type StreamPage, streamPageAt } from '../policy/page-address.ts';
import type { StreamCard } from '../policy/stream-card.ts';
import type { StreamCards } from './ports.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface StreamDocument {
  readonly body: string;
  readonly framing: Framing;
  readonly isTold: boolean;
}

export interface StreamDocumentsParts {
  /** The text of `index.html` or `embed.html`. */
  template(file: 'index.html' | 'embed.html'): Promise<string>;
  readonly cards: StreamCards;
  /** A card as whoever asks at `url` can use it. @default as it is */
  placed?(card: StreamCard, url: URL): StreamCard;
  /** Tells that a card couldn't be had. */
  onUnavailable(cause: unknown): void;
}

/** The documents of streams' pages, and oEmbed: the same for the server on one machine and the function on AWS. */
export class StreamDocuments {
  readonly #parts: StreamDocumentsParts;

  constructor(parts: StreamDocumentsParts) {
    this.#parts = parts;
  }

  /**
   * The document at a URL of the page, with tags, and with who may frame it. If nothing can be found out of its stream (`isTold` is
   * false), it plays all the same, but shows in nobody's frame.
   */
  async documentAt(url: URL): Promise<StreamDocument> {
    const page = streamPageAt(url);
    const isFrame = page?.page === 'embed' || url.pathname === '/embed.html';
    const file = isFrame ? 'embed.html' : 'index.html';
    const [template, told] = await Promise.all([
      this.#parts.template(file),
      page === undefined ? undefined : this.#card(page, url),
    ]);
    if (page === undefined) return { body: template, framing: {}, isTold: true };
    const card = told?.card;
    return {
      body: streamDocument(template, { page, card, origin: url.origin }),
      framing: isFrame && card ? { frames: card.embedding } : {},
      isTold: told !== undefined,
    };
  }

  /** https://oembed.com. `url`: that of the question. */
  async oembed(url: URL): Promise<Answer> {
    const question = readOembedQuestion(url.searchParams, url.host);
    if ('status' in question) return refusal(question.status, question.reason);
    const told = await this.#card(question.watched, url);
    if (told === undefined) return refusal(503, 'Nothing can be found out about the stream at the moment.');
    const { card } = told;
    // What is signed, and what was taken down.
    if (card !== undefined && card.name === undefined) return refusal(401, 'The stream isn’t public.');
    if (card === undefined) return refusal(404, 'There is no stream at this address.');
    const body = JSON.stringify(oembedAnswer(question, card));
    return {
      status: 200,
      // Asked from browsers, too. It says only what anyone may know.
      headers: { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
      body,
    };
  }

  /** Undefined if nothing can be found out. */
  async #card(
    { streamId, region }: StreamPage,
    url: URL,
  ): Promise<{ readonly card?: StreamCard | undefined } | undefined> {
    try {
      const card = await this.#parts.cards.find(streamId, region);
      return { card: card && (this.#parts.placed?.(card, url) ?? card) };
    } catch (cause) {
      this.#parts.onUnavailable(cause);
      return undefined;
    }
  }
}

const refusal = (status: number, reason: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Access-Control-Allow-Origin': '*' },
  body: `${reason}\n`,
});
