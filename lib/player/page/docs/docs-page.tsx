import { useEffect, useMemo } from 'preact/hooks';
import { chaptersOf } from '../model/docs/document.ts';
import { docsPath } from '../model/routes.ts';
import { NotLoaded } from '../shell/loaded-page.tsx';
import { OperationList } from './operation-list.tsx';
import { OperationPage } from './operation-page.tsx';
import { Overview } from './overview.tsx';
import { useDocument } from './use-document.ts';

/** The reference of the control API. `id`: of the operation to show; undefined for all. */
export function DocsPage({ id }: { id: string | undefined }) {
  const { document: api, failed } = useDocument();
  const chapters = useMemo(() => (api ? chaptersOf(api) : []), [api]);
  if (failed) return <NotLoaded />;
  if (!api) return <p class="quiet">Loading the reference…</p>;
  if (id === undefined) {
    return (
      <div class="docs docs-all">
        <Overview document={api} chapters={chapters} />
      </div>
    );
  }
  const operation = chapters.flatMap(({ operations }) => operations).find((one) => one.id === id);
  if (!operation) return <NoOperation />;
  return (
    <div class="docs docs-one">
      <nav class="docs-side" aria-label="API">
        <OperationList chapters={chapters} current={id} />
      </nav>
      <div class="docs-main">
        <OperationPage operation={operation} schemas={api.components.schemas} />
      </div>
    </div>
  );
}

function NoOperation() {
  useEffect(() => {
    document.title = 'Not in the API · Headwater';
  }, []);
  return (
    <section class="notice">
      <h1>The API has no such operation</h1>
      <p>It may have another name by now.</p>
      <a class="button" href={docsPath()}>
        See all operations
      </a>
    </section>
  );
}
