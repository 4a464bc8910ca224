/** The logo: springs that join into one stream. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="logo-ground" />
      <g fill="none" class="logo-water" stroke-width="2.6" stroke-linecap="round">
        <path d="M6 8c6 0 7 8 13 8h7" />
        <path d="M6 16h13" />
        <path d="M6 24c6 0 7-8 13-8" />
      </g>
    </svg>
  );
}
