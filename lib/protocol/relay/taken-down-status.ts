/** What the publisher of a stream that is taken down is told, by whoever turns it away or cuts it off. */
export const takenDownStatus = {
  level: 'error',
  code: 'NetStream.Publish.Rejected',
  description: 'This stream was taken down. Nothing can be broadcast to it until it is restored.',
} as const;
