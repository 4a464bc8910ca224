import type { ViewerScene } from '../model/viewer-scene.ts';
import { useServices } from '../shell/services.ts';

/** A message over the picture. The page's live region announces it to screen readers, so this element doesn't. */
export function SceneMessage({ scene, onAction }: { scene: ViewerScene; onAction: () => void }) {
  const { title, detail, busy, cover, action } = scene;
  const { api } = useServices();
  return (
    <div class={cover ? 'scene scene-cover' : 'scene scene-note'}>
      <div class="scene-box">
        {busy && (
          <svg class="ripples" viewBox="0 0 48 24" width="48" height="24" aria-hidden="true">
            <path d="M2 12c7.3 0 7.3-7 14.7-7s7.3 14 14.6 14S38.7 12 46 12" fill="none" />
          </svg>
        )}
        <p class="scene-title">{title}</p>
        <p class="scene-detail">{detail}</p>
        {action === 'leave' && (
          <a class="button button-on-dark" href="/">
            {api ? 'See all streams' : 'Go to the home page'}
          </a>
        )}
        {action && action !== 'leave' && (
          <button type="button" class="button button-on-dark" onClick={onAction}>
            {action === 'replay' ? 'Watch from the start' : 'Try now'}
          </button>
        )}
      </div>
    </div>
  );
}
