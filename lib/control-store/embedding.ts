/** Every site, none, or these: origins as in a Content-Security-Policy, also with `*.` in front of the host. */
export type Embedding = 'anywhere' | 'nowhere' | readonly string[];
