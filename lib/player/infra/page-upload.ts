import { join } from 'node:path';
import { RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { cacheControlOf } from '../policy/routes.ts';
import type { RuntimeConfig } from '../policy/runtime-config.ts';

export interface PageUploadProps {
  readonly bucket: Bucket;
  /** A folder with the bundled page: `index.html`, `icon.svg`, `assets/`. */
  readonly pageDir: string;
  /** Becomes `/config.json`. */
  readonly config: RuntimeConfig;
  readonly retention: Pick<Deployment['retention'], 'logDays'>;
}

/** Uploads the page's files to its bucket on each deploy, referenced files before those that reference them. */
export class PageUpload extends Construct {
  constructor(scope: Construct, id: string, { bucket, pageDir, config, retention }: PageUploadProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: retention.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    // Deleted before the bucket is emptied.
    role.node.addDependency(bucket);
    const upload = (name: string, sources: ISource[], immutable: boolean, folder?: string) =>
      new BucketDeployment(this, name, {
        destinationBucket: bucket,
        ...(folder === undefined ? {} : { destinationKeyPrefix: folder }),
        sources,
        cacheControl: [CacheControl.fromString(cacheControlOf({ immutable }))],
        // A tab opened before a deploy must still find its own files; they are few and small.
        prune: false,
        role,
        logGroup,
      });
    const assets = upload('Assets', [Source.asset(join(pageDir, 'assets'))], true, 'assets');
    const entry = upload(
      'Entry',
      [Source.asset(pageDir, { exclude: ['assets'] }), Source.jsonData('config.json', config)],
      false,
    );
    entry.node.addDependency(assets);
    acknowledge(role, bucket);
  }
}

/** The upload function and its permissions come from the CDK. */
function acknowledge(role: Role, bucket: Bucket): void {
  const stack = Stack.of(role);
  const account = Token.isUnresolved(stack.account) ? '<AWS::AccountId>' : stack.account;
  const staged = `cdk-${stack.synthesizer.bootstrapQualifier}-assets-${account}-${stack.region}`;
  const bucketId = stack.getLogicalId(bucket.node.defaultChild as CfnBucket);
  const reasons = {
    'The CDK’s upload function reads its own assets and writes to the page’s bucket; its grants use wildcard actions.':
      ['Action::s3:GetBucket*', 'Action::s3:GetObject*', 'Action::s3:List*', 'Action::s3:Abort*'].concat(
        'Action::s3:DeleteObject*',
      ),
    'Files of one bucket that holds only CDK assets, read at deploy time.': [
      `Resource::arn:${stack.partition}:s3:::${staged}/*`,
    ],
    'The page’s bucket holds only the page.': [`Resource::<${bucketId}.Arn>/*`],
  };
  for (const [reason, findings] of Object.entries(reasons)) {
    for (const finding of findings) {
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
    }
  }
  const uploader = stack.node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
  if (!uploader) return;
  Validations.of(uploader).acknowledge({
    id: 'AwsSolutions-L1',
    reason: 'The CDK chooses the runtime that its function is tested with; it runs only at deploy time.',
  });
}
