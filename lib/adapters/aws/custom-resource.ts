import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';

/**
 * Runs `work` when the custom resource is created or changed, and reports the result to CloudFormation, which waits for it.
 * Deletion requires no work, unless it has its own, `undo`. `id` becomes the physical resource id, the value of references to the
 * resource.
 */
export async function answerCloudFormation(
  event: CloudFormationCustomResourceEvent,
  id: string,
  work: () => Promise<void>,
  undo?: () => Promise<void>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const same = {
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId : id,
  };
  try {
    await (event.RequestType === 'Delete' ? undo?.() : work());
  } catch (fault) {
    const reason = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
    await respond(event.ResponseURL, { ...same, Status: 'FAILED', Reason: reason.slice(0, 1_000) });
    throw fault;
  }
  await respond(event.ResponseURL, { ...same, Status: 'SUCCESS' });
}

async function respond(url: string, answer: CloudFormationCustomResourceResponse): Promise<void> {
  // Bytes, because a string would add a Content-Type header, which the URL's signature does not cover.
  const body = Buffer.from(JSON.stringify(answer));
  const { ok, status } = await fetch(url, { method: 'PUT', body, signal: AbortSignal.timeout(10_000) });
  if (!ok) throw new Error(`CloudFormation rejected the response: ${status}.`);
}
