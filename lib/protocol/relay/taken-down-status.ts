/** The status for the publisher of a taken-down stream, when it is rejected or disconnected. */
export const takenDownStatus = {
  level: 'error',
  code: 'NetStream.Publish.Rejected',
  description: 'This stream was taken down. You can broadcast to it again once it has been restored.',
} as const;
