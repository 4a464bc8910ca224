import { App, type AppProps } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/**
 * The CDK app used for all synthesis, from the command line and in tests: with current CDK behaviour, and with template
 * faults as errors. `context` is added; context from the command line takes precedence.
 */
export function createApp({ context, ...props }: AppProps = {}): App {
  return new App({
    ...props,
    context: { ...flags, '@aws-cdk/core:validateAgainstDefaultRules': true, ...context },
    // Nothing from the CDK itself in the templates, so that a diff shows only our changes.
    analyticsReporting: false,
  });
}
