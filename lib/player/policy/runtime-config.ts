import type { PageReach } from './headers.ts';

/** `/config.json`, which the page reads when it starts. */
export interface RuntimeConfig extends PageReach {
  /** The region of streams unless the URL names another one. */
  readonly region: string;
}
