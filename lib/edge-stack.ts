import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { AudienceCount } from './audience/infra/audience-count.ts';
import { isRemote, otherAccounts } from './config/accounts.ts';
import type { Deployment } from './config/deployment.ts';
import { hasLiveOrigins } from './config/live-origins.ts';
import { edgeParameters } from './config/names.ts';
import { ConsoleUserPool } from './control/infra/user-pool.ts';
import { cognitoOrigins, cognitoSignIn, issuerSignIn } from './control/policy/console-sign-in.ts';
import { idleHourUsd } from './cost/idle-cost.ts';
import { monthHours } from './cost/prices.ts';
import { EdgeDistribution } from './edge/infra/distribution.ts';
import { RegionRoles } from './edge/infra/region-roles.ts';
import { LiveOriginsFunction } from './edge/live-origins/infra/live-origins-function.ts';
import { stackProps, tagStack } from './infra/stack-props.ts';
import { AlarmTopic } from './observability/infra/alarm-topic.ts';
import { DeploymentBudget } from './observability/infra/budget.ts';
import { EdgeAlarms } from './observability/infra/edge-alarms.ts';
import { PageDocumentsFunction } from './player/documents/infra/page-documents-function.ts';
import { PlayerPage } from './player/infra/page.ts';
import { metricsNamespace } from './telemetry/metrics.ts';

export interface EdgeStackProps extends StackProps {
  readonly deployment: Deployment;
  /** Folder with the bundled page. */
  readonly pageDir: string;
  /** Must change with each deploy, so that live origins are attached again. @default the time */
  readonly deployedAt?: string | undefined;
}

/** The viewer-facing part, once for the whole platform: every region's media, and the page, at one address. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, pageDir, deployedAt, ...props }: EdgeStackProps) {
    super(scope, id, {
      ...stackProps(deployment),
      ...props,
      description: 'Headwater: edge for viewers (CloudFront).',
    });
    const { name, domain, retention, api } = deployment;
    const regions = deployment.regions.map((region) => region.name);

    const now = deployedAt ?? new Date().toISOString();

    const accounts = otherAccounts(deployment);
    const page = new PlayerPage(this, 'Page', {
      deployment: name,
      // Also without a console: regions remove where they are only after it is off.
      otherAccounts: accounts,
    });
    const documents = new PageDocumentsFunction(this, 'PageDocuments', {
      bucket: page.bucket,
      regions,
      metricsNamespace: metricsNamespace(name),
      logDays: retention.logDays,
    });
    const place = { deployment: name, account: this.account, region: this.region, urlSuffix: this.urlSuffix };
    const signInOrigins = api.cognito ? cognitoOrigins(place) : api.jwt && issuerSignIn(api.jwt).origins;
    const counted = deployment.regions
      .filter((region) => !isRemote(deployment, region))
      .map((region) => region.name);
    const audience =
      deployment.audienceSamplePercent > 0 && counted.length > 0
        ? new AudienceCount(this, 'Audience', {
            deployment: name,
            regions: counted,
            samplePercent: deployment.audienceSamplePercent,
            metricsNamespace: metricsNamespace(name),
            logDays: retention.logDays,
          })
        : undefined;
    const edge = new EdgeDistribution(this, 'Edge', {
      deployment: name,
      regions,
      originAccounts: new Map(
        deployment.regions.flatMap(({ name, account }) => (account === undefined ? [] : [[name, account]])),
      ),
      page,
      documents,
      audienceLog: audience?.logConfig,
      ...(signInOrigins && {
        pageConnects: [
          ...signInOrigins,
          // An API's host is known once its region is deployed; the page narrows this down then (decision 31).
          ...regions.map((region) => `https://*.execute-api.${region}.${this.urlSuffix}`),
        ],
      }),
      retention,
      ...(domain && { domain }),
    });
    const { playbackBaseUrl } = edge;
    const users =
      api.cognito &&
      new ConsoleUserPool(this, 'ConsoleUsers', {
        name,
        pageBaseUrl: playbackBaseUrl,
        keepOnDelete: retention.keepOnDelete,
      });
    const signIn = users
      ? cognitoSignIn(place, { ...users, pageBaseUrl: playbackBaseUrl })
      : api.jwt && issuerSignIn(api.jwt);
    page.upload({
      pageDir,
      config: { region: regions[0] ?? '', ...(signIn && { console: { regions, signIn } }) },
      retention,
    });

    // An update of the distribution takes live origins out: its template can't name them.
    const liveOrigins = new LiveOriginsFunction(this, 'LiveOrigins', {
      name,
      distributionId: edge.distributionId,
      denialsArn: edge.denialsArn,
      metricsNamespace: metricsNamespace(name),
      logDays: retention.logDays,
    });
    const withLive = deployment.regions
      .filter((region) => hasLiveOrigins(deployment, region))
      .map(({ name }) => name);
    if (withLive.length > 0) liveOrigins.followUpdates(withLive);
    liveOrigins
      .call(this, 'LiveOriginsAgain', { step: 'reattach', regions, deployedAt: now })
      .node.addDependency(edge);

    if (accounts.length > 0) {
      const { distributionId, denialsArn } = edge;
      new RegionRoles(this, 'RegionRoles', { deployment: name, accounts, distributionId, denialsArn });
    }

    const topic = new AlarmTopic(this, 'AlarmTopic', { deployment: name, emails: deployment.alarmEmails })
      .topic;
    const subjects = {
      distributionId: edge.distributionId,
      liveOriginFunction: liveOrigins.function.function.functionName,
      edgeFunctions: [documents, ...(audience ? [audience] : [])].map(
        (each) => each.function.function.functionName,
      ),
    };
    new EdgeAlarms(this, 'Alarms', { deployment: name, topic, subjects });
    const { stopTopicArn } = new DeploymentBudget(this, 'Budget', {
      deployment: name,
      budget: deployment.budget,
      idleMonthUsd: idleHourUsd(deployment) * monthHours,
    });

    // Values that regions pass on to broadcasters and viewers; they are read during a region's deploy.
    const parameters = edgeParameters(name);
    const publish = (parameterId: string, parameterName: string, stringValue: string) => {
      const parameter = new StringParameter(this, parameterId, { parameterName, stringValue });
      // Even if the value is known earlier: regions read it once the edge works.
      parameter.node.addDependency(edge);
    };
    // Only regions without a domain read it, also those that are about to lose theirs.
    publish('BaseUrlParameter', parameters.baseUrl, edge.ownBaseUrl);
    publish('DistributionParameter', parameters.distributionId, edge.distributionId);
    publish('DenialsParameter', parameters.denialsArn, edge.denialsArn);
    if (stopTopicArn !== undefined) publish('BudgetTopicParameter', parameters.budgetTopicArn, stopTopicArn);
    if (users) {
      publish('IssuerParameter', parameters.issuer, users.issuer);
      publish('ClientParameter', parameters.clientId, users.clientId);
      new CfnOutput(this, 'UserPoolId', {
        value: users.userPoolId,
        description: 'User pool of the console.',
      });
    }
    new CfnOutput(this, 'PlaybackBaseUrl', {
      value: edge.playbackBaseUrl,
      description:
        'Base URL of media (/<region>/<stream>/manifest.mpd and index.m3u8) and of the page (/watch/<stream>).',
    });
    tagStack(this, deployment);
  }
}
