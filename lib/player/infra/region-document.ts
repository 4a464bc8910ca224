import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { DeployCalls } from '../../infra/deploy-calls.ts';
import { cacheControlOf } from '../policy/routes.ts';
import { type RegionDocument, regionDocumentPath } from '../policy/runtime-config.ts';

export interface PageRegionDocumentProps {
  /** The page's bucket and where it is. */
  readonly page: { readonly bucketName: string; readonly region: string };
  readonly document: RegionDocument;
  readonly calls: DeployCalls;
  /** Changes with each deploy. */
  readonly deployedAt: string;
}

/**
 * Tells the console, and the function that makes streams' documents, where this region's API is: the page is deployed before any region, when no API has an address yet. Written with
 * each deploy, because an edge that was created anew has an empty bucket; removed with the region (docs/decisions/0031).
 */
export class PageRegionDocument extends Construct {
  constructor(scope: Construct, id: string, { page, document, calls, deployedAt }: PageRegionDocumentProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const key = regionDocumentPath(stack.region).slice(1);
    const object = { Bucket: page.bucketName, Key: key };
    const call = { service: 'S3', region: page.region, outputPaths: ['ETag'] };
    const put = {
      ...call,
      action: 'putObject',
      parameters: {
        ...object,
        Body: stack.toJsonString(document),
        ContentType: 'application/json',
        CacheControl: cacheControlOf({ immutable: false }),
      },
      physicalResourceId: PhysicalResourceId.of(key),
    };
    calls.make(this, 'Document', {
      resourceType: 'Custom::PageRegionDocument',
      repeatAt: deployedAt,
      onUpdate: put,
      // If the page went first, its bucket is gone with everything in it.
      onDelete: {
        ...call,
        action: 'deleteObject',
        parameters: object,
        ignoreErrorCodesMatching: 'NoSuchBucket',
      },
      permission: new PolicyStatement({
        actions: ['s3:PutObject', 's3:DeleteObject'],
        resources: [
          stack.formatArn({
            service: 's3',
            account: '',
            region: '',
            resource: page.bucketName,
            resourceName: key,
          }),
        ],
      }),
    });
  }
}
