import { useState } from 'preact/hooks';
import { Icon } from '../ui/icons.tsx';
import type { ShareDialog } from './share-dialog.tsx';
import type { Shared } from './share-links.ts';

/** Opens the share dialog, whose script is loaded on demand. */
export function ShareButton({ shared, small = false }: { shared: Shared; small?: boolean }) {
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState<{ readonly Dialog?: typeof ShareDialog; readonly failed?: boolean }>(
    {},
  );
  const show = () => {
    setOpen(true);
    if (loaded.Dialog) return;
    import('./share-dialog.tsx').then(
      ({ ShareDialog: Dialog }) => setLoaded({ Dialog }),
      () => setLoaded({ failed: true }),
    );
  };
  return (
    <>
      <button type="button" class={small ? 'button button-small' : 'button'} onClick={show}>
        <Icon name="share" />
        Share
      </button>
      {open && loaded.Dialog && <loaded.Dialog shared={shared} onClose={() => setOpen(false)} />}
      {loaded.failed && (
        <p class="fault" role="alert">
          The site was updated since you opened this page. Reload it, then share.
        </p>
      )}
    </>
  );
}
