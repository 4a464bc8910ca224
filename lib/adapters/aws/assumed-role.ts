import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { clientSettings } from './client-settings.ts';

/**
 * Credentials of another role, perhaps in another account, for an SDK client: the client keeps them until shortly before they
 * expire, and then asks again. Throws STS's error, such as `AccessDenied`.
 */
export function assumedRole(RoleArn: string, RoleSessionName: string, config: STSClientConfig = {}) {
  const client = new STSClient({
    ...clientSettings({ timeoutMs: 3_000, tries: 3, maxConnections: 1 }),
    ...config,
  });
  return async () => {
    const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (AccessKeyId === undefined || SecretAccessKey === undefined) {
      throw new Error(`STS returned no credentials for ${RoleArn}.`);
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      ...(Expiration !== undefined && { expiration: Expiration }),
    };
  };
}
