import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * What happens to data when its stack is deleted. Even data that is kept goes with the rollback of the deploy that created it:
 * otherwise the next deploy would find its name taken (docs/decisions/0028).
 */
export const removal = (keepOnDelete: boolean): RemovalPolicy =>
  keepOnDelete ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

/** The same for a bucket, which can only be deleted if it is empty. */
export const bucketRemoval = (keepOnDelete: boolean) => ({
  removalPolicy: removal(keepOnDelete),
  ...(keepOnDelete ? {} : { autoDeleteObjects: true }),
});
