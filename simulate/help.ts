// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run simulate -- [flags]    the platform's own decisions at the scale of 1,000,000 streams, 10,000,000 viewers, 2,000 workers

  --scenario NAME  rush, live, zone, region, deploy or all (default all)
  --seed N         the same seed gives the same figures (default 1)
  --json           print the figures as JSON on stdout
  --help           show this text

Needs no network and no other programs; takes a few minutes on two cores, and 1.5 GB. docs/scale.md says what is simulated and what was found.
Exit code: 0 if every promise held, 1 if not, 2 for invalid flags.
`;
