import type { BudgetStop } from '../../../control-store/budget-stop.ts';
import { ConditionFailedError } from '../../../control-store/errors.ts';
import type { BudgetStore } from '../../../control-store/ports.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

export function sqliteBudgetStore(database: SqliteDatabase): BudgetStore {
  return {
    getBudgetStop: () =>
      database.run((prepare) => {
        const row = prepare('SELECT body FROM budget_stop').get();
        return row && (JSON.parse(String(row.body)) as BudgetStop);
      }),
    putBudgetStop: (stop) =>
      database.run((prepare) => {
        const next = { ...stop, version: stop.version + 1 };
        const { changes } =
          stop.version === 0
            ? prepare(
                'INSERT INTO budget_stop (id, version, body) VALUES (1, ?, ?) ON CONFLICT DO NOTHING',
              ).run(next.version, JSON.stringify(next))
            : prepare('UPDATE budget_stop SET version = ?, body = ? WHERE version = ?').run(
                next.version,
                JSON.stringify(next),
                stop.version,
              );
        if (Number(changes) === 0) {
          throw new ConditionFailedError(`The budget stop is no longer at version ${stop.version}.`);
        }
        return next;
      }),
  };
}
