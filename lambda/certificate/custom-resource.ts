import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';

/**
 * Does the work of a custom resource where it is made or changed, and tells CloudFormation how it went: it waits until it
 * is told. When the resource is deleted there is nothing to do. `id` is what a reference to the resource gives.
 */
export async function answerCloudFormation(
  event: CloudFormationCustomResourceEvent,
  id: string,
  work: () => Promise<void>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const same = {
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId : id,
  };
  try {
    if (event.RequestType !== 'Delete') await work();
  } catch (fault) {
    const reason = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
    await tell(event.ResponseURL, { ...same, Status: 'FAILED', Reason: reason.slice(0, 1_000) });
    throw fault;
  }
  await tell(event.ResponseURL, { ...same, Status: 'SUCCESS' });
}

async function tell(url: string, answer: CloudFormationCustomResourceResponse): Promise<void> {
  // Bytes: a text would come with a Content-Type, which the address was not signed for.
  const body = Buffer.from(JSON.stringify(answer));
  const { ok, status } = await fetch(url, { method: 'PUT', body, signal: AbortSignal.timeout(10_000) });
  if (!ok) throw new Error(`CloudFormation did not take the answer: ${status}.`);
}
