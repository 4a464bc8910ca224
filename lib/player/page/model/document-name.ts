/**
 * The name of a stream as the document says it (Open Graph): the only way to know it for a page without an API. A document that was
 * loaded for another page says nothing of this one.
 */
export function nameInDocument(streamId: string, head: ParentNode = document.head): string | undefined {
  const content = (property: string) =>
    head.querySelector(`meta[property="${property}"]`)?.getAttribute('content') ?? undefined;
  const url = content('og:url');
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).pathname === `/watch/${streamId}` ? content('og:title') : undefined;
}
