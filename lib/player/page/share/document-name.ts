/**
 * The name of a stream as the document says it (Open Graph): the only way to know it for a page without an API. A document that was
 * loaded for another page says nothing of this one. `content`: of a `<meta property>`.
 */
export function nameInDocument(
  streamId: string,
  content: (property: string) => string | undefined,
): string | undefined {
  const url = content('og:url');
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).pathname === `/watch/${streamId}` ? content('og:title') : undefined;
}
