import { describe, expect, test } from '@jest/globals';
import { ConditionFailedError, ControlStoreUnavailableError } from '../../lib/control-store/errors.ts';
import { AdmissionError, asAdmissionError } from '../../lib/encoder/admission-error.ts';
import type { EncoderStore } from '../../lib/encoder/ports.ts';
import { newStreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';
import { admit } from '../../testkit/harness/admission.ts';

const id = newStreamId();

/** What a worker answers and logs if its store does this with a stream's record. */
async function refusal(getStream: () => Promise<unknown>, capacity?: number) {
  const said: Record<string, unknown>[] = [];
  const emit: EmitEvent = (name, fields) => {
    if (name === 'encoder.session.refused') said.push(fields as Record<string, unknown>);
  };
  const answer = await admit({ getStream } as unknown as EncoderStore, id, {
    emit,
    ...(capacity === undefined ? {} : { capacity }),
  });
  return { answer, said };
}

describe('a worker that refuses a publisher', () => {
  test.each([
    ['a bug', new TypeError('x is not a function'), 'TypeError: x is not a function'],
    ['a store that is down', new ControlStoreUnavailableError('locked'), 'The control store is unavailable.'],
  ])('shows the true cause in its log: %s', async (_, fault, description) => {
    const { answer, said } = await refusal(() => Promise.reject(fault));
    expect(answer).toEqual({ type: 'refused', reason: 'unavailable', description });
    expect(said).toEqual([
      expect.objectContaining({ stream: id, reason: 'unavailable', detail: description, cause: fault }),
    ]);
  });

  test('names a stream that does not exist, and that it is full', async () => {
    const unknown = await refusal(async () => undefined);
    expect(unknown.answer).toMatchObject({ type: 'refused', reason: 'unknown-stream' });
    const full = await refusal(async () => undefined, 0);
    expect(full.answer).toMatchObject({ type: 'refused', reason: 'full' });
    expect(full.said).toMatchObject([{ reason: 'full', detail: 'This encoder is full.', cause: undefined }]);
  });
});

describe('what an admission failed with', () => {
  test('is the refusal itself, a lost race, or the error with its own words', () => {
    const refused = new AdmissionError('full', 'This encoder is full.');
    expect(asAdmissionError(refused)).toBe(refused);
    const race = new ConditionFailedError('version 3');
    expect(asAdmissionError(race)).toMatchObject({ reason: 'held-elsewhere', cause: race });
    expect(asAdmissionError('words')).toMatchObject({
      reason: 'unavailable',
      message: 'words',
      cause: 'words',
    });
  });

  test('fits into a link frame, however long the words of the error are', () => {
    expect(asAdmissionError(new Error('m'.repeat(100_000))).message).toHaveLength(300);
  });
});
