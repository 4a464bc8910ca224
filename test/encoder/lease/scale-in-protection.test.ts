import { describe, expect, test } from '@jest/globals';
import { ScaleInProtection } from '../../../lib/encoder/lease/scale-in-protection.ts';
import type { EmitEvent } from '../../../lib/telemetry/events.ts';

/** A keeper over a platform that grants what `grant` says, and all that came of it. */
function keeper() {
  const asked: string[] = [];
  const events: [name: string, fields: object][] = [];
  const platform = { fault: undefined as Error | undefined, nowMs: 0, answer: Promise.resolve() };
  const ask = async (what: string): Promise<void> => {
    asked.push(what);
    await platform.answer;
    if (platform.fault) throw platform.fault;
  };
  const hold = new ScaleInProtection({
    protection: { hold: (forMs) => ask(`hold ${forMs / 60_000} min`), release: () => ask('release') },
    clock: { nowMs: () => platform.nowMs, wallMs: () => 0 },
    emit: ((name: string, fields: object) => events.push([name, fields])) as unknown as EmitEvent,
  });
  const tick = async (nowMs: number, broadcasts: number): Promise<void> => {
    platform.nowMs = nowMs;
    hold.tick(broadcasts);
    await new Promise((settled) => setImmediate(settled));
  };
  return { asked, events, platform, hold, tick };
}

describe('The scale-in protection', () => {
  test('protects the task for an hour while there are broadcasts, and logs when that begins and ends', async () => {
    const { asked, events, tick } = keeper();
    await tick(0, 1);
    await tick(1000, 2);
    await tick(2000, 0);
    await tick(3000, 0);
    expect(asked).toEqual(['hold 60 min', 'release']);
    expect(events).toEqual([
      ['encoder.protection.changed', { held: true }],
      ['encoder.protection.changed', { held: false }],
    ]);
  });

  test('logs a refusing platform once, and keeps asking', async () => {
    const { asked, events, platform, tick } = keeper();
    platform.fault = new Error('no');
    for (const at of [0, 10_000, 30_000, 60_000]) await tick(at, 1);
    expect(asked).toHaveLength(3);
    expect(events).toEqual([['encoder.protection.failed', { request: 'hold', cause: platform.fault }]]);
    platform.fault = undefined;
    await tick(90_000, 1);
    expect(events.at(-1)).toEqual(['encoder.protection.changed', { held: true }]);
  });

  test('sends one request at a time, however slow the platform is', async () => {
    const { asked, platform, tick } = keeper();
    let answered = (): void => {};
    platform.answer = new Promise((resolve) => {
      answered = resolve;
    });
    await tick(0, 1);
    await tick(1000, 0);
    expect(asked).toEqual(['hold 60 min']);
    answered();
    await tick(2000, 0);
    await tick(3000, 0);
    expect(asked).toEqual(['hold 60 min', 'release']);
  });
});
