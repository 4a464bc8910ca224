import { ConditionFailedError } from '../../../control-store/errors.ts';
import type { KnownRequest } from '../../../control-store/idempotency.ts';
import type { IdempotencyStore } from '../../../control-store/ports.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

export function sqliteIdempotencyStore(database: SqliteDatabase): IdempotencyStore {
  return {
    claimRequest: ({ id, fingerprint, holder, untilMs }, nowMs) =>
      database.transact((prepare) => {
        prepare('DELETE FROM requests WHERE until_ms <= ?').run(nowMs);
        const { changes } = prepare(
          'INSERT INTO requests (id, fingerprint, holder, until_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        ).run(id, fingerprint, holder, untilMs);
        if (Number(changes) > 0) return undefined;
        return requestOf(prepare('SELECT * FROM requests WHERE id = ?').get(id)!);
      }),
    answerRequest: ({ id, holder, untilMs, answer }) =>
      database.run((prepare) => {
        const { changes } = prepare(
          'UPDATE requests SET answer = ?, until_ms = ? WHERE id = ? AND holder = ?',
        ).run(answer, untilMs, id, holder);
        if (Number(changes) === 0)
          throw new ConditionFailedError('The request was claimed by another since.');
      }),
    releaseRequest: ({ id, holder }) =>
      database.run((prepare) => {
        prepare('DELETE FROM requests WHERE id = ? AND holder = ?').run(id, holder);
      }),
  };
}

const requestOf = (row: Readonly<Record<string, unknown>>): KnownRequest => ({
  id: String(row.id),
  fingerprint: String(row.fingerprint),
  holder: String(row.holder),
  untilMs: Number(row.until_ms),
  ...(row.answer !== null && { answer: String(row.answer) }),
});
