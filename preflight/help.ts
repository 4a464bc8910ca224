// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run preflight [-- flags]   checks what an AWS account lacks for a deployment, by read-only calls

  --deployment FILE  the deployment file (default deployment.json)
  --region R         check only this region of it, and the global stacks
  --json             print all findings as JSON on stdout
  --help             show this text

Uses the credentials in the shell; the managed policy ReadOnlyAccess allows all its calls.
Exit code: 0 if nothing is missing (there may be warnings); 1 if something is missing, or nothing could be checked; 2 for invalid flags
or an invalid deployment file.
`;
