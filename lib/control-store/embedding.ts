/**
 * Which sites may show the player in a frame: every one, none, or these, as origins of a Content-Security-Policy, also with `*.` in front
 * of the host. In a file of its own, because the page's sources reach it.
 */
export type Embedding = 'anywhere' | 'nowhere' | readonly string[];
