// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run fuzz [-- flags]   feeds hostile bytes to every parser of outside bytes

  --target X    only this target; may be repeated (see --list)
  --runs N      inputs of all these targets together (default 100000)
  --seed S      0 to 2147483646; the same seed gives the same inputs (default: random; printed)
  --input FILE  try only the input in FILE, with one --target
  --keep DIR    where to write failing inputs (default .headwater/fuzz)
  --list        list the targets and what each reads
  --help        show this text

A parser fails if it throws anything but its own errors, takes more than 100 ms for an input, or allocates more than 64 MiB.
Exit code: 0 if all held, 1 if one failed, 2 for invalid flags.
`;
