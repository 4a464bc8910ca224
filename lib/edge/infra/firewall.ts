import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { removal } from '../../infra/removal.ts';
import { segmentSeconds } from '../../packaging/segment-grid.ts';
import { mediaPathExpression } from '../policy/behaviours.ts';

export interface EdgeFirewallProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly retention: Pick<Deployment['retention'], 'logDays' | 'keepOnDelete'>;
  /** Number of viewers that may share one address: a campus, a mobile carrier's NAT. @default 1000 */
  readonly viewersPerAddress?: number;
}

/** Video, audio and the playlist of each for every segment, and as much again while a player starts or catches up. */
const mediaRequestsPerSecond = Math.ceil((2 * 4) / segmentSeconds);
/** Opening the page requests its few files once, and the time. */
const pageRequestsPerMinute = 10;
const windowSeconds = 60;
const mediaRate = 'media-rate';

/**
 * The edge's web ACL. Media are the same cached bytes for everyone, so the only threat there is an address that requests more
 * than a crowd behind it could watch. Rules that inspect requests, and IP reputation lists, apply only to the rest: a viewer
 * who shares an address with a bot can keep watching.
 */
export class EdgeFirewall extends Construct {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, props: EdgeFirewallProps) {
    super(scope, id);
    const { deployment, retention, viewersPerAddress = 1000 } = props;
    const rules: CfnWebACL.RuleProperty[] = [
      rate(mediaRate, viewersPerAddress * mediaRequestsPerSecond * windowSeconds, isMedia),
      rate('page-rate', viewersPerAddress * pageRequestsPerMinute, isNoMedia),
      managed('AWSManagedRulesAmazonIpReputationList'),
      managed('AWSManagedRulesKnownBadInputsRuleSet'),
      managed('AWSManagedRulesCommonRuleSet'),
    ].map((rule, priority) => ({
      ...rule,
      priority,
      visibilityConfig: visibility(`${deployment}-${rule.name}`, rule.name !== mediaRate),
    }));
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      name: `${deployment}-edge`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(`${deployment}-edge`, false),
      rules,
    });
    this.webAclArn = webAcl.attrArn;
    this.#log(webAcl, deployment, retention);
  }

  /** Logs only blocked requests: the rest are in the distribution's own logs. */
  #log(webAcl: CfnWebACL, deployment: string, retention: EdgeFirewallProps['retention']): void {
    const { account, region, partition } = Stack.of(this);
    const logs = new LogGroup(this, 'Logs', {
      // WAF requires this prefix.
      logGroupName: `aws-waf-logs-${deployment}-edge`,
      retention: retention.logDays,
      removalPolicy: removal(retention.keepOnDelete),
    });
    const permission = logs.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logs.logGroupArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
        },
      }),
    );
    const logging = new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: webAcl.attrArn,
      logDestinationConfigs: [
        `arn:${Aws.PARTITION}:logs:${region}:${account}:log-group:${logs.logGroupName}`,
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
      redactedFields: [
        // Paths of signed streams carry playback tokens.
        { uriPath: {} },
        { queryString: {} },
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'cookie' } },
      ],
    });
    if (permission.policyDependable) logging.node.addDependency(permission.policyDependable);
  }
}

type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

const isMedia: CfnWebACL.StatementProperty = {
  regexMatchStatement: {
    fieldToMatch: { uriPath: {} },
    regexString: mediaPathExpression(),
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
};
const isNoMedia: CfnWebACL.StatementProperty = { notStatement: { statement: isMedia } };

/** 429, which players interpret as "later" rather than "never". */
const rate = (name: string, limit: number, scopeDownStatement: CfnWebACL.StatementProperty): Rule => ({
  name,
  statement: {
    rateBasedStatement: {
      aggregateKeyType: 'IP',
      evaluationWindowSec: windowSeconds,
      limit,
      scopeDownStatement,
    },
  },
  action: {
    block: {
      customResponse: { responseCode: 429, responseHeaders: [{ name: 'Retry-After', value: '10' }] },
    },
  },
});

const managed = (name: string): Rule => ({
  name,
  statement: { managedRuleGroupStatement: { vendorName: 'AWS', name, scopeDownStatement: isNoMedia } },
  overrideAction: { none: {} },
});

/** Samples show whole paths, which for media may have a playback token: redaction covers only logs. */
const visibility = (metricName: string, sampled: boolean): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: sampled,
});
