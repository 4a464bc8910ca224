import { RemovalPolicy } from 'aws-cdk-lib';
import {
  Function as EdgeFunction,
  type FunctionAssociation,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  KeyValueStore,
} from 'aws-cdk-lib/aws-cloudfront';
import { FilterPattern, LogGroup, MetricFilter, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type MetricName, metricsNamespace } from '../../telemetry/metrics.ts';
import { accessFunctionCode, unreadableWords } from '../policy/functions/access-function.ts';

export interface EdgeAccessProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly logDays: RetentionDays;
}

/**
 * Who may watch, at the edge: a key-value store that regions write to (takedowns, signed streams, revoked sessions, signing keys), and
 * the function that checks it before the cache, for every media request. The stack creates the store empty and never writes to it, so a
 * deploy changes nothing. Its names are those of its first purpose: others would begin with an empty store.
 */
export class EdgeAccess extends Construct {
  readonly storeArn: string;
  /** For every media behaviour. */
  readonly onRequest: FunctionAssociation;

  constructor(scope: Construct, id: string, { deployment, logDays }: EdgeAccessProps) {
    super(scope, id);
    const store = new KeyValueStore(this, 'Store', {
      keyValueStoreName: `${deployment}-denials`,
      comment: `${deployment}: takedowns, signed streams, revoked sessions and signing keys`,
    });
    this.storeArn = store.keyValueStoreArn;
    const functionName = `${deployment}-denials`;
    // CloudFront logs here, in us-east-1 for the whole world. If it can't read the store, public streams stay open, so that must raise an alarm.
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/cloudfront/function/${functionName}`,
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const lookUp = new EdgeFunction(this, 'LookUp', {
      functionName,
      comment: 'Lets viewers through: takedowns and playback tokens',
      code: FunctionCode.fromInline(accessFunctionCode()),
      runtime: FunctionRuntime.JS_2_0,
      keyValueStore: store,
    });
    // Otherwise CloudFront may create the log group first, and the deploy fails because it exists.
    lookUp.node.addDependency(logGroup);
    new MetricFilter(this, 'Unreadable', {
      logGroup,
      filterPattern: FilterPattern.literal(`"${unreadableWords}"`),
      metricNamespace: metricsNamespace(deployment),
      metricName: 'DenialsUnreadable' satisfies MetricName,
      metricValue: '1',
    });
    this.onRequest = { eventType: FunctionEventType.VIEWER_REQUEST, function: lookUp };
  }
}
