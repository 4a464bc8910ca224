/** The document's chapters, in their order. A test compares them with those of the operations. */
export const documentTags = [
  {
    name: 'Streams',
    description:
      'A stream is what a broadcaster owns: a key, settings and playback URLs that stay the same. Create one, publish to it with its key, delete it when it is no longer needed.',
  },
  { name: 'Keys', description: 'Who knows a stream key can publish. Rotate it without a pause.' },
  {
    name: 'Broadcasts',
    description:
      'A broadcast is one time on air, with its health while it lasts, and its recording afterwards: to watch, or to download as one file.',
  },
  {
    name: 'Playback',
    description: 'Who may watch a signed stream, by links for one viewer; and who watches.',
  },
  {
    name: 'Events',
    description: 'A stream’s journal: what happened, when, and what viewers saw. Read it, or follow it live.',
  },
  { name: 'Destinations', description: 'Other RTMP servers that receive the broadcast (simulcast).' },
  {
    name: 'Takedowns',
    description: 'Make a stream go dark at once, for all viewers and with its recordings; and undo that.',
  },
  { name: 'Fleet', description: 'The programs that take and encode broadcasts, for operators.' },
  { name: 'Budget', description: 'What happens when the month’s budget is spent, for operators.' },
  { name: 'Health', description: 'Whether this API responds, and this document.' },
  {
    name: 'Webhooks',
    description:
      'Sent by a platform on one machine (`npm run live -- --webhook URL`), signed as [Standard Webhooks](https://www.standardwebhooks.com) says: take one of its libraries to check them. Answer with a status of 2xx within 15 s; otherwise an event is sent again for up to 15 minutes, and later events of the same stream wait.',
  },
  {
    name: 'EventBridge',
    description:
      'The same events on AWS: each region has the event bus `<name>-events`. Make a rule there whose pattern has `source` and `detail-type`; its targets get the events below.',
  },
];
