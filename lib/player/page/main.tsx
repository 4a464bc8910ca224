import { render } from 'preact';
import type { RuntimeConfig } from '../policy/runtime-config.ts';
import { isViewerPath } from './model/routes.ts';
import { readSettings } from './model/settings.ts';
import { preloadPlayer } from './playback/preload.ts';
import { App } from './shell/app.tsx';
import './styles/page.css';

const root = document.getElementById('page');

async function start(): Promise<void> {
  if (!root) return;
  if (isViewerPath(location.pathname)) void preloadPlayer().catch(() => {});
  try {
    const response = await fetch('/config.json');
    const settings = readSettings((await response.json()) as RuntimeConfig, location.origin);
    render(<App settings={settings} />, root);
  } catch {
    render(
      <main class="notice" id="main">
        <h1>This page couldn’t start</h1>
        <p>The server isn’t responding. Check that Headwater is running, then reload the page.</p>
        <button type="button" class="button" onClick={() => location.reload()}>
          Reload
        </button>
      </main>,
      root,
    );
  }
}

void start();
