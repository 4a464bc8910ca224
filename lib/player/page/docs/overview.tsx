import { useEffect, useId, useState } from 'preact/hooks';
import { type ApiDocument, type Chapter, foundIn } from '../model/docs/document.ts';
import { docsPath } from '../model/routes.ts';
import { useServices } from '../shell/services.ts';
import { OperationAddress } from './operation-list.tsx';
import { useApiAddress } from './use-api-address.ts';
import { documentPath } from './use-document.ts';
import { Words } from './words.tsx';

/** What the API is, and all that it can be asked. */
export function Overview({
  document: api,
  chapters,
}: {
  document: ApiDocument;
  chapters: readonly Chapter[];
}) {
  const { announce } = useServices();
  const [search, setSearch] = useState('');
  const id = useId();
  const found = foundIn(chapters, search);
  const count = found.reduce((sum, { operations }) => sum + operations.length, 0);
  useEffect(() => {
    document.title = 'API · Headwater';
  }, []);
  useEffect(() => {
    if (search.trim() === '') return;
    const timer = setTimeout(() => announce(`${count} found`), 600);
    return () => clearTimeout(timer);
  }, [announce, count, search]);

  return (
    <>
      <h1>{api.info.title}</h1>
      <p class="docs-text">
        <Words text={api.info.description} />
      </p>
      <Basics document={api} />
      <search class="docs-search">
        <label class="field" for={`${id}-search`}>
          <span>Find an operation or an event</span>
          <input
            id={`${id}-search`}
            type="search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
      </search>
      {found.map(({ name, description, operations }) => (
        <section key={name} class="docs-chapter" aria-labelledby={`${id}-${name}`}>
          <h2 id={`${id}-${name}`}>{name}</h2>
          <p class="docs-text quiet">
            <Words text={description} />
          </p>
          <ul class="docs-operations">
            {operations.map((operation) => (
              <li key={operation.id} class="docs-entry">
                <a href={docsPath(operation.id)}>{operation.summary}</a>
                <OperationAddress {...operation} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {found.length === 0 && <p class="quiet">Nothing here has “{search.trim()}” in its name or path.</p>}
    </>
  );
}

function Basics({ document: api }: { document: ApiDocument }) {
  const { api: url, isKnown } = useApiAddress();
  return (
    <dl class="docs-basics">
      <div>
        <dt>Where it is</dt>
        <dd>{isKnown ? <code>{url}</code> : 'Each region has its own: the output ApiUrl of its stack.'}</dd>
      </div>
      <div>
        <dt>Who may use it</dt>
        <dd>
          <Words text={api.components.securitySchemes.token?.description ?? ''} />
        </dd>
      </div>
      <div>
        <dt>For programs</dt>
        <dd>
          <a href={documentPath} download="headwater-openapi.json">
            Download the OpenAPI document
          </a>
          , which clients can be generated from.
        </dd>
      </div>
    </dl>
  );
}
