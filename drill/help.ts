// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run drill -- [flags]      injects the faults of production into a platform, and measures what a viewer notices

  --only NAME[,NAME]  run only these rows (see --list)
  --runs N            how often to run each row, 1 to 100 (default 1); p50 and p95 cover all runs
  --out DIR           where to draw the timeline of one run of each row, as NAME.svg (default .headwater/drill)
  --json              print the figures as JSON on stdout
  --list              list the rows and the duration of a run of each
  --help              show this text

npm run drill -- --simulate [flags]   runs the lease protocol's own code in virtual time, under random faults; needs no platform

  --seed N            the first schedule's seed (default 1); each schedule has its own, which reproduces it
  --schedules N       how many schedules to run (default 100000)
  --broken WHAT       leave out a part of the protocol, to check that the simulation notices
  --json              print the figures as JSON on stdout

Each run has a platform of its own, on free ports and in a temporary folder; nothing else is touched. Run nothing else
meanwhile: times are judged. Ctrl-C stops everything.
Exit code: 0 if every row held, 1 if one did not or failed to run, 2 for invalid flags.
`;
