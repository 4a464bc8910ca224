import type { FuzzTarget } from './model.ts';
import { apiTargets } from './targets/api.ts';
import { audienceTargets } from './targets/audience.ts';
import { cloudTargets } from './targets/cloud.ts';
import { codecTargets } from './targets/codec.ts';
import { flvTargets } from './targets/flv.ts';
import { httpTargets } from './targets/http.ts';
import { keyTargets } from './targets/keys.ts';
import { liveTargets } from './targets/live.ts';
import { pageTargets } from './targets/page.ts';
import { relayTargets } from './targets/relay.ts';
import { rtmpTargets } from './targets/rtmp.ts';
import { sessionTargets } from './targets/sessions.ts';
import { storedTargets } from './targets/stored.ts';

/** Along the path of a broadcast. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...rtmpTargets,
  ...sessionTargets,
  ...flvTargets,
  ...codecTargets,
  ...relayTargets,
  ...keyTargets,
  ...storedTargets,
  ...httpTargets,
  ...liveTargets,
  ...audienceTargets,
  ...apiTargets,
  ...pageTargets,
  ...cloudTargets,
];
