// Only in a page that is bundled for someone who works on it: loads it again when its server has another build.

/** Put in by the bundler. */
declare const thisBuild: string;

const againMs = 500;

function listen(): void {
  const builds = new EventSource('/reload');
  builds.onmessage = ({ data }: MessageEvent<string>) => {
    if (data !== thisBuild) location.reload();
  };
  // Some browsers give up when the server is away, as it is while it restarts.
  builds.onerror = () => {
    if (builds.readyState === EventSource.CLOSED) setTimeout(listen, againMs);
  };
}

listen();
