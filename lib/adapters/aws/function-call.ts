import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { clientSettings } from './client-settings.ts';

export interface FunctionCallOptions {
  /** Name or ARN. */
  readonly functionName: string;
  /** What the SDK is not to take from the environment. */
  readonly client?: LambdaClientConfig;
}

/** Hands work to a Lambda function: resolves when Lambda has taken it, and does not wait for what comes of it. */
export function functionCall({
  functionName,
  client: config,
}: FunctionCallOptions): (event: object) => Promise<void> {
  const settings = clientSettings({ timeoutMs: 1_500, tries: 2, maxConnections: 4 });
  const client = new LambdaClient({ ...settings, ...config });
  return async (event) => {
    const Payload = JSON.stringify(event);
    await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }));
  };
}
