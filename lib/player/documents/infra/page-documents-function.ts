import { Duration } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { type FunctionUrl, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PlatformFunction } from '../../../infra/function.ts';
import { regionDocumentPath } from '../../policy/runtime-config.ts';
import { pageDocumentsFunctionCodec } from '../page-documents-config.ts';

export interface PageDocumentsFunctionProps {
  /** The page's. */
  readonly bucket: Bucket;
  /** Regions with streams. The first is that of streams whose address names none. */
  readonly regions: readonly string[];
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * The function behind the edge that makes the documents of streams' pages, and answers oEmbed (docs/decisions/0043). It reads the page's
 * own files, and asks regions' APIs what anyone may know of a stream. Only a distribution may call its URL, which `FunctionUrlOrigin` grants.
 */
export class PageDocumentsFunction extends Construct {
  readonly function: PlatformFunction;
  readonly url: FunctionUrl;

  constructor(scope: Construct, id: string, props: PageDocumentsFunctionProps) {
    super(scope, id);
    const { bucket, regions, metricsNamespace, logDays } = props;
    const [region = ''] = regions;
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'page-documents',
      description: 'Makes the documents of streams’ pages, with tags for link previews, and answers oEmbed.',
      environment: pageDocumentsFunctionCodec.encode({ pageBucket: bucket.bucketName, region }),
      metricsNamespace,
      logDays,
      // A cold start is in a viewer's way: a third of a CPU.
      memoryMiB: 512,
      timeout: Duration.seconds(5),
    });
    const read = [
      'index.html',
      'embed.html',
      ...regions.map((region) => regionDocumentPath(region).slice(1)),
    ];
    Grant.addToPrincipal({
      grantee: this.function,
      actions: ['s3:GetObject'],
      resourceArns: read.map((name) => bucket.arnForObjects(name)),
    });
    // To be told that a region has no document.
    Grant.addToPrincipal({
      grantee: this.function,
      actions: ['s3:ListBucket'],
      resourceArns: [bucket.bucketArn],
    });
    this.url = this.function.function.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  }
}
