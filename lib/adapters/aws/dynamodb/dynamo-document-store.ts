import { randomUUID } from 'node:crypto';
import type { DocumentKind, StreamDocument } from '../../../control-store/documents.ts';
import type { DocumentStore } from '../../../control-store/ports.ts';
import { controlTables } from '../../../control-store/tables.ts';
import type { StreamId } from '../../../routing/ids.ts';
import type { DynamoRequests, Item } from './dynamo-requests.ts';

const [, openItems] = controlTables.streams.indexes;

export const documentItem = (kind: DocumentKind): string => `document#${kind}`;

const keyOf = (streamId: StreamId, kind: DocumentKind): Item => ({ streamId, item: documentItem(kind) });

export function dynamoDocumentStore(requests: DynamoRequests): DocumentStore {
  return {
    async getDocument(streamId, kind) {
      const item = await requests.get('streams', keyOf(streamId, kind));
      return item && documentOf(item);
    },
    async putDocument(document) {
      const { streamId, kind, version, open, body } = document;
      const next = { ...document, version: version + 1 };
      const item = {
        ...keyOf(streamId, kind),
        kind,
        version: next.version,
        body,
        ...(open && { open: kind }),
      };
      await requests.put('streams', item, {
        condition: version === 0 ? 'attribute_not_exists(#streamId)' : '#version = :version',
        ...(version > 0 && { values: { version } }),
        refusal: `The ${kind} document of ${streamId} is no longer at version ${version}.`,
        writeId: randomUUID(),
      });
      return next;
    },
    deleteDocument: ({ streamId, kind, version }) =>
      requests.delete('streams', keyOf(streamId, kind), {
        condition: '#version = :version',
        values: { version },
        refusal: `The ${kind} document of ${streamId} is no longer at version ${version}.`,
      }),
    async listOpenDocuments(kind, { limit, cursor }) {
      const after = cursor ? ' AND #streamId > :cursor' : '';
      const items = await requests.query(
        'streams',
        `#open = :open${after}`,
        { open: kind, cursor: cursor || undefined },
        { index: openItems.name, limit: limit + 1 },
      );
      const streamIds = items.slice(0, limit).map(({ streamId }) => streamId as StreamId);
      const last = streamIds.at(-1);
      return items.length > limit && last ? { streamIds, cursor: last } : { streamIds };
    },
  };
}

/** Unchecked cast: only this file writes these items. */
const documentOf = <Kind extends DocumentKind>(item: Item): StreamDocument<Kind> => {
  const { streamId, kind, version, open, body } = item;
  return { streamId, kind, version, open: open !== undefined, body } as StreamDocument<Kind>;
};
