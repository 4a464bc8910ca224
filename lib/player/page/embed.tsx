import { render } from 'preact';
import type { RuntimeConfig } from '../policy/runtime-config.ts';
import { EmbeddedPlayer } from './embed/embedded-player.tsx';
import { readSettings } from './model/settings.ts';
import { preloadPlayer } from './playback/preload.ts';
import './styles/embed.css';

/** The player alone, for frames of other sites: a document of its own, without the console. */
async function start(root: HTMLElement): Promise<void> {
  void preloadPlayer().catch(() => {});
  try {
    const response = await fetch('/config.json');
    const settings = readSettings((await response.json()) as RuntimeConfig, location.origin);
    render(<EmbeddedPlayer settings={settings} path={location.pathname} />, root);
  } catch {
    render(
      <main class="notice">
        <h1>The player couldn’t start</h1>
        <button type="button" class="button" onClick={() => location.reload()}>
          Reload
        </button>
      </main>,
      root,
    );
  }
}

const root = document.getElementById('page');
if (root) void start(root);
