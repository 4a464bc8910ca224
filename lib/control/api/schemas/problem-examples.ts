import { type ProblemKind, problemKinds, type RequestFault } from '../problems.ts';

const id = '7h2kqv0m4x9rt3bz';

/** What the API says in `detail`, where the title alone would say too little. */
const details: Partial<Record<ProblemKind, string>> = {
  'invalid-request': 'The body has one error. #/reconnectWindowMs: Must be at most 1,800,000.',
  'malformed-body': 'The body is empty. Send a JSON object.',
  'request-in-progress':
    'The first request with this Idempotency-Key is still running. Send the same request again in a moment.',
  'idempotency-key-reused':
    'This Idempotency-Key came with another request (path, query or body) before. Send a new key with each new request.',
  unauthorized: 'Send a valid token: Authorization: Bearer …. Only this machine itself needs none.',
  'insufficient-scope': 'This requires the scope streams:write.',
  'origin-not-allowed': "The Origin header doesn't match any origin configured for this API.",
  'stream-not-found': `No stream has the ID "${id}".`,
  'broadcast-not-found': 'The stream has no broadcast with the ID "1jm8p0v4c7h2kqv0".',
  'key-not-found': 'The stream has no valid key with this ID.',
  'process-not-found': 'See /v1/processes for the names.',
  'changed-meanwhile': 'Read the stream again, then retry the change.',
  'process-not-up': 'encoder-1 is restarting. Wait until it is up.',
  'body-too-large': 'The body may have at most 65,536 bytes.',
  'unsupported-media-type': 'Send the body with the header "Content-Type: application/json".',
  'wrong-host': "The Host header doesn't match any host configured for this API.",
  'internal-fault': 'The error was logged. Trying again may help.',
  'store-unavailable':
    'As far as the API knows, nothing was changed. Running broadcasts continue. Try again in a moment.',
  'too-many-listeners': 'At most 200 live feeds can be open at once. Poll /events instead.',
  'live-feed-not-offered': 'This deployment can\'t hold responses open. Poll /events with "after" instead.',
};

/** A problem of this kind as the API answers it. */
export function problemExample(kind: ProblemKind) {
  const [status, title] = problemKinds[kind];
  const errors: readonly RequestFault[] = [
    { detail: 'Must be at most 1,800,000.', pointer: '#/reconnectWindowMs' },
  ];
  return {
    type: `urn:problem-type:headwater:${kind}`,
    title,
    status,
    detail: details[kind] ?? `${title}.`,
    instance: `/v1/streams/${id}`,
    ...(kind === 'invalid-request' && { errors }),
  };
}
