import type { PageReach } from './headers.ts';

/** What the page reads from `/config.json` when it starts in the browser. */
export interface RuntimeConfig extends PageReach {
  /** Where streams are looked for, unless the address names another region. */
  readonly region: string;
}
