import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { clientSettings } from './client-settings.ts';

export interface FunctionCallOptions {
  /** Name or ARN. */
  readonly functionName: string;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: LambdaClientConfig;
}

/** Invokes a Lambda function asynchronously: resolves when Lambda has accepted the event, without waiting for the result. */
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
