import type { Scenario } from './model.ts';
import { rollingDeploy } from './scenarios/deploy.ts';
import { liveAudience } from './scenarios/live.ts';
import { regionLost } from './scenarios/region.ts';
import { rush } from './scenarios/rush.ts';
import { zoneLost } from './scenarios/zone.ts';

export const scenarios: readonly Scenario[] = [rush, liveAudience, zoneLost, regionLost, rollingDeploy];
