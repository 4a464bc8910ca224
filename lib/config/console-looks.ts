/**
 * How often the console of one stream asks the API while it is visible, in ms; each time counts from the last answer. The cost model
 * counts them, so whatever the console asks regularly belongs here.
 */
export const consoleLooksMs = {
  stream: 2_000,
  /** Where the API can't stream new entries, as on AWS. */
  journal: 3_000,
  /** On air. As often as samples are added; the longer answer half as often. */
  health: 5_000,
  /** It changes every ten seconds at most. */
  audience: 5_000,
  /** Besides, they are read again whenever the stream's state changes. */
  recordings: 15_000,
} as const;
