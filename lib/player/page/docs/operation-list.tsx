import type { Chapter, Operation } from '../model/docs/document.ts';
import { docsPath } from '../model/routes.ts';

/** Links to all operations, by chapter. `current`: the one that is shown. */
export function OperationList({ chapters, current }: { chapters: readonly Chapter[]; current?: string }) {
  return (
    <>
      {chapters.map(({ name, operations }) => (
        <details key={name} class="docs-menu" open={operations.some(({ id }) => id === current)}>
          <summary>{name}</summary>
          <ul>
            {operations.map((operation) => (
              <li key={operation.id}>
                <a
                  class="docs-link"
                  href={docsPath(operation.id)}
                  aria-current={operation.id === current ? 'page' : undefined}
                >
                  {operation.isSent ? operation.path : operation.summary}
                </a>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}

/** `POST /v1/streams`, or where an event is sent. */
export function OperationAddress({ method, path }: Pick<Operation, 'method' | 'path'>) {
  return (
    <span class="docs-address">
      <span class="docs-method" data-method={method}>
        {method}
      </span>{' '}
      <code>{path}</code>
    </span>
  );
}
