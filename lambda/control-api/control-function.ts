import { handle } from 'hono/aws-lambda';
import { createControlApi } from '../../lib/control/api/app.ts';
import type { ControlApiConfig, ControlApiDependencies } from '../../lib/control/api/context.ts';

export interface ControlFunctionParts extends Omit<ControlApiDependencies, 'config'> {
  readonly config: Omit<ControlApiConfig, 'allowedHosts' | 'maxLiveFeeds' | 'livePollMs' | 'liveFeedMs'>;
}

/**
 * The control API as the handler of an HTTP API's events (payload format 2.0). The gateway has checked who calls, and it
 * sends an answer when it is whole: there are no live feeds, so the page polls.
 */
export const controlFunction = ({ config, ...parts }: ControlFunctionParts) =>
  handle(createControlApi({ ...parts, config: { ...config, maxLiveFeeds: 0 } }));
