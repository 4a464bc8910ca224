import { z } from 'zod';
import type { Embedding } from '../../control-store/embedding.ts';
import { posterName } from '../../object-store/object-names.ts';
import { frameOriginPattern, mostFrameOrigins } from './frames.ts';
import type { StreamPage } from './page-address.ts';

/** What anyone may know of a stream: `GET /v1/streams/{id}/card` of the control API. */
export interface StreamCard {
  readonly id: string;
  readonly access: 'public' | 'signed';
  readonly embedding: Embedding;
  /** Undefined for signed streams, and for those that were taken down. */
  readonly name?: string | undefined;
  /** URL of a picture. */
  readonly poster?: string | undefined;
}

/** The poster of a page: a recording's lies in a folder below the stream's. */
export const posterOf = (
  { poster }: StreamCard,
  { broadcastId }: Pick<StreamPage, 'broadcastId'>,
): string | undefined =>
  poster === undefined || broadcastId === undefined
    ? poster
    : new URL(`${broadcastId}/${posterName}`, poster).href;

const schema = z.object({
  id: z.string(),
  access: z.enum(['public', 'signed']),
  embedding: z.union([
    z.enum(['anywhere', 'nowhere']),
    z.array(z.string().regex(frameOriginPattern)).max(mostFrameOrigins),
  ]),
  name: z.string().max(1_000).optional(),
  poster: z.url({ protocol: /^https?$/ }).optional(),
});

/** Reads an answer of the API: it goes into HTML and into a header. Throws if it isn't a card. */
export function readCard(answer: unknown): StreamCard {
  const { access, name, poster, ...told } = schema.parse(answer);
  // The API leaves them out itself; nothing of a signed stream may depend on that alone.
  return access === 'signed' ? { ...told, access } : { ...told, access, name, poster };
}
