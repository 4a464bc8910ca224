// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run canary -- --api URL [flags]   broadcasts for a minute, plays what viewers play, and judges it

  --api URL          the control API: ApiUrl of a region's stack, or the API address of npm run live
  --region R         the region that the API must be of; with IAM and a domain of your own, also the one to sign for
  --seconds N        how long to broadcast, 10 to 600 (default 60)
  --size WxH         the picture to send (default 1280x720); renditions above it aren't made, so not checked
  --token-file FILE  a file with the API token, for deployments with api.jwt
  --json             print one JSON document
  --help             show this text

Credentials: the token in HEADWATER_API_TOKEN or --token-file; without one, an API on this machine is called without credentials,
and any other with an IAM signature (environment, AWS_PROFILE, task role). It creates a stream of its own, and deletes it and
its recording, also when it fails or is interrupted.
Exit code: 0 if everything is right, 1 if something is wrong, 2 if it can't run (flags, credentials, no API).
`;
