// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run bench -- [flags]      measures Headwater next to its peers on this machine

  --only PART[,PART]  relay, edge, worker, startup, latency (default all)
  --quick             fewer and shorter rounds, under 2 minutes; for a first look, not for publishing
  --players NAME[,…]  latency: hls.js, dash.js, page (default all; page is ours)
  --latency MODE[,…]  latency: low, standard (default all)
  --source WxH        latency: what is published, at 30 fps (default 1280x720)
  --seconds N         latency: how long each player plays (default 60; with --quick 20)
  --json FILE         also write the figures as JSON
  --help              show this text

The latency part needs Chromium. Peers (haproxy, nginx with libnginx-mod-rtmp, varnish: Debian packages of these names; mediamtx: its own
releases) are started by the bench on free ports of 127.0.0.1 and stopped at the end; any that is not installed is skipped and listed in the report.
Run nothing else meanwhile. Exit code: 0 whatever the figures are, 1 if a run failed, 2 for invalid flags.
`;
