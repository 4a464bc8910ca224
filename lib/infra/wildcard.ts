import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Justifies the wildcard resources in a grantee's statements. Written as cdk-nag does: a token by its name. */
export function acknowledgeWildcards(
  grantee: IConstruct,
  resources: readonly string[],
  reason: string,
): void {
  const { account } = Stack.of(grantee);
  for (const resource of resources) {
    const written = Token.isUnresolved(account) ? resource.replace(account, '<AWS::AccountId>') : resource;
    Validations.of(grantee).acknowledge({ id: `AwsSolutions-IAM5[Resource::${written}]`, reason });
  }
}
