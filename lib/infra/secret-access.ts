import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

export type SecretAction = `secretsmanager:${
  | 'DescribeSecret'
  | 'GetSecretValue'
  | 'PutSecretValue'
  | 'UpdateSecretVersionStage'}`;

/** Allows only these calls on one secret, and use of its key only through Secrets Manager. */
export function grantSecret(
  grantee: IGrantable,
  secret: ISecret,
  encryptionKey: IKey,
  actions: readonly SecretAction[],
): void {
  Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [secret.secretArn] });
  const { region, urlSuffix } = Stack.of(secret);
  const writes = actions.includes('secretsmanager:PutSecretValue');
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      // A new value is encrypted with a new data key; Secrets Manager decrypts the old value to compare.
      actions: writes ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
      resources: [encryptionKey.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` },
      },
    }),
  );
}
