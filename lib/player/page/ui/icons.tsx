const shapes = {
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z',
  replay: 'M12 5V1.8L7.4 6.2 12 10.6V7a5.2 5.2 0 1 1-5.2 5.2H4.8A7.2 7.2 0 1 0 12 5z',
  volume:
    'M4 9.5v5h3.4l4.6 4v-13l-4.6 4zM14.5 8.2a5 5 0 0 1 0 7.6v-1.9a3.4 3.4 0 0 0 0-3.8zM14.5 4.6a8.4 8.4 0 0 1 0 14.8v-2a6.6 6.6 0 0 0 0-10.8z',
  muted:
    'M4 9.5v5h3.4l4.6 4v-13l-4.6 4zM15 9.2 16.2 8l2.3 2.3L20.8 8 22 9.2l-2.3 2.3 2.3 2.3-1.2 1.2-2.3-2.3-2.3 2.3-1.2-1.2 2.3-2.3z',
  fullscreen: 'M5 5h5v1.9H6.9V10H5zM14 5h5v5h-1.9V6.9H14zM5 14h1.9v3.1H10V19H5zM17.1 14H19v5h-5v-1.9h3.1z',
  'exit-fullscreen':
    'M8.1 5H10v5H5V8.1h3.1zM14 5h1.9v3.1H19V10h-5zM5 14h5v5H8.1v-3.1H5zM14 14h5v1.9h-3.1V19H14z',
  pip: 'M4 6h16v12H4zm1.8 1.8v8.4h12.4V7.8zM12 11.5h5v3.6h-5z',
  captions:
    'M4 6h16v12H4zm1.8 1.8v8.4h12.4V7.8zM7.2 11h4.2v1.5H7.2zm5.4 0h4.2v1.5h-4.2zm-5.4 2.7h6v1.5h-6zm7.2 0h2.4v1.5h-2.4z',
  quality: 'M5 16.5h2.6V19H5zm4.4-4H12V19H9.4zm4.4-3.5h2.6v10h-2.6zm4.4-4h2.6v14h-2.6z',
  share:
    'M17 15.2a2.8 2.8 0 0 0-2.1.9l-5.7-3a2.9 2.9 0 0 0 0-2.2l5.7-3a2.8 2.8 0 1 0-.7-1.9c0 .2 0 .5.1.7l-5.9 3.1a2.8 2.8 0 1 0 0 4.4l5.9 3.1a2.8 2.8 0 1 0 2.7-2.1z',
  check: 'M9.6 16.6 5.2 12.2l1.4-1.4 3 3 7.8-7.8 1.4 1.4z',
  close: 'M6.7 5.3 12 10.6l5.3-5.3 1.4 1.4-5.3 5.3 5.3 5.3-1.4 1.4-5.3-5.3-5.3 5.3-1.4-1.4 5.3-5.3-5.3-5.3z',
  copy: 'M8 4h11v12h-3v4H5V8h3zm2 2v2h6v6h1V6zm-3 4v8h7v-8z',
} as const;

export type IconName = keyof typeof shapes;

/** A decorative icon; the element around it has the accessible name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="currentColor">
      <path d={shapes[name]} fill-rule="evenodd" />
    </svg>
  );
}
