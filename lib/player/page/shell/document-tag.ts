/** What the document's `<meta property>` of this name says. */
export const documentTag = (property: string): string | undefined =>
  document.head.querySelector(`meta[property="${property}"]`)?.getAttribute('content') ?? undefined;
