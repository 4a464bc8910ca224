import { describe, expect, test } from '@jest/globals';
import { TabStorage } from '../../../../lib/player/page/sign-in/tab-storage.ts';

const pending = { state: 's', nonce: 'n', codeVerifier: 'v', returnTo: '/' };

function memory() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

describe('what a tab keeps', () => {
  test('a sign-in that is under way can be taken once', () => {
    const storage = new TabStorage(memory);
    const kept = memory();
    const tab = new TabStorage(() => kept);
    tab.setPending(pending);
    expect(storage.takePending()).toBeUndefined();
    expect(tab.takePending()).toEqual(pending);
    expect(tab.takePending()).toBeUndefined();
    expect(kept.items.size).toBe(0);
  });

  test('the refresh token is kept until it is unset', () => {
    const kept = memory();
    new TabStorage(() => kept).refreshToken = 'r';
    expect(new TabStorage(() => kept).refreshToken).toBe('r');
    new TabStorage(() => kept).refreshToken = undefined;
    expect(kept.items.size).toBe(0);
  });

  test('where the browser allows no storage, nothing is found, and only a sign-in fails', () => {
    const blocked = new TabStorage(() => {
      throw new Error('SecurityError');
    });
    blocked.refreshToken = 'r';
    expect([blocked.refreshToken, blocked.takePending()]).toEqual([undefined, undefined]);
    expect(() => blocked.setPending(pending)).toThrow('SecurityError');
  });
});
