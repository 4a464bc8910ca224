/** A queue in the emulator, for reading what a rule sends to it. Uses SQS's JSON protocol; the emulator checks no signatures. */
export class EmulatedQueue {
  readonly arn: string;
  readonly #endpoint: string;
  readonly #url: string;

  private constructor(endpoint: string, url: string, arn: string) {
    this.#endpoint = endpoint;
    this.#url = url;
    this.arn = arn;
  }

  static async create(endpoint: string, name: string): Promise<EmulatedQueue> {
    const { QueueUrl } = await ask(endpoint, 'CreateQueue', { QueueName: name });
    const { Attributes } = await ask(endpoint, 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['QueueArn'],
    });
    return new EmulatedQueue(endpoint, QueueUrl, Attributes.QueueArn);
  }

  /** Receives messages until there were at least `count` and the queue is empty; only the test's own timeout ends the wait. */
  async receive(count: number): Promise<string[]> {
    const texts: string[] = [];
    for (let empty = false; texts.length < count || !empty; ) {
      const { Messages = [] } = await ask(this.#endpoint, 'ReceiveMessage', {
        QueueUrl: this.#url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: texts.length < count ? 1 : 0,
      });
      empty = Messages.length === 0;
      for (const { Body, ReceiptHandle } of Messages as { Body: string; ReceiptHandle: string }[]) {
        texts.push(Body);
        await ask(this.#endpoint, 'DeleteMessage', { QueueUrl: this.#url, ReceiptHandle });
      }
    }
    return texts;
  }
}

async function ask(endpoint: string, action: string, body: object) {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=emulator/20260101/eu-central-1/sqs/aws4_request',
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${text.slice(0, 200)}`);
  return text === '' ? {} : JSON.parse(text);
}
