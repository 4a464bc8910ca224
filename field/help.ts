// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run field [-- flags] [CASE …]   plays what real encoders and networks do, and judges what viewers get

  CASE …        play only these cases (see --list)
  --together N  how many cases to play side by side, 1 to 8 (default 2)
  --keep DIR    keep what viewers got of each case, what was found of it, and the platform's log
  --list        list the cases and what each sends
  --help        show this text

All cases share a platform of their own, on free ports and in a temporary folder; nothing else is touched. Each prints one line.
Exit code: 0 if all passed, 1 if one failed, 2 for invalid flags. Ctrl-C stops everything.
`;
