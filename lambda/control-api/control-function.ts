import { handle } from 'hono/aws-lambda';
import { createControlApi } from '../../lib/control/api/app.ts';
import type { ControlApiConfig, ControlApiDependencies } from '../../lib/control/api/context.ts';

export interface ControlFunctionParts extends Omit<ControlApiDependencies, 'config'> {
  readonly config: Omit<ControlApiConfig, 'allowedHosts' | 'maxLiveFeeds' | 'livePollMs' | 'liveFeedMs'>;
}

/**
 * The control API as a handler for HTTP API events (payload format 2.0). The gateway has already authenticated the caller. It
 * buffers whole responses, so live feeds are not available and the page polls.
 */
export const controlFunction = ({ config, ...parts }: ControlFunctionParts) =>
  handle(createControlApi({ ...parts, config: { ...config, maxLiveFeeds: 0 } }));
