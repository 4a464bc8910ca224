/** The stream's name over the embedded player, which leads to its own page. */
export function EmbedTitle({ id, name }: { id: string; name: string | undefined }) {
  // With the fragment, which may be a playback link.
  const href = `/watch/${encodeURIComponent(id)}${location.search}${location.hash}`;
  return (
    <h1 class="embed-title">
      <a href={href} target="_blank" rel="noopener">
        <bdi>{name ?? 'Live stream'}</bdi>
        <span class="visually-hidden"> (opens in a new tab)</span>
      </a>
    </h1>
  );
}
