import { App, type AppProps } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/**
 * The CDK app as everything of ours is synthesized, from the command line and in tests: with today's behaviour of the CDK,
 * and with faults of a template as errors. `context` is added; that of the command line goes before both.
 */
export function createApp({ context, ...props }: AppProps = {}): App {
  return new App({
    ...props,
    context: { ...flags, '@aws-cdk/core:validateAgainstDefaultRules': true, ...context },
    // Nothing of the CDK's own in the templates, so that a diff shows what we changed.
    analyticsReporting: false,
  });
}
