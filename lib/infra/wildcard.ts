import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why statements of a grantee name these resources with a `*`. As cdk-nag writes them: a token by its name. */
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
