import { afterEach, describe, expect, test } from '@jest/globals';
import type { SecretSource } from '../../lib/control-store/ports.ts';
import type { SecretUnreadableError } from '../../lib/control-store/secret-errors.ts';
import { Changing } from '../../testkit/until.ts';

export interface OpenedSecret {
  /** Looks every few milliseconds where it is watched. */
  readonly source: SecretSource;
  write(text: string): Promise<void>;
  remove(): Promise<void>;
  close(): Promise<void>;
}

/** What a watcher was told, in order. */
class Told extends Changing {
  readonly texts: string[] = [];
  readonly faults: SecretUnreadableError[] = [];

  readonly handler = {
    changed: (text: string) => {
      this.texts.push(text);
      this.changed();
    },
    failed: (cause: SecretUnreadableError) => {
      this.faults.push(cause);
      this.changed();
    },
  };
}

/** What every source of a secret does, wherever the secret is kept. `open` gives one that is not there yet. */
export function describeSecretSource(name: string, open: () => Promise<OpenedSecret>): void {
  describe(`the secret source contract: ${name}`, () => {
    const ends: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });
    const opened = async () => {
      const secret = await open();
      ends.push(() => secret.close());
      return secret;
    };
    const watched = (source: SecretSource, known: string) => {
      const told = new Told();
      ends.push(source.watch(known, told.handler));
      return told;
    };

    test('a secret comes back as it was written, and as it was written last', async () => {
      const { source, write } = await opened();
      await write('one\nand two: “ü”\n');
      expect(await source.read()).toBe('one\nand two: “ü”\n');
      await write('three');
      expect(await source.read()).toBe('three');
    });

    test('a secret that is not there is a fault that names it and says how to mend it', async () => {
      const { source } = await opened();
      await expect(source.read()).rejects.toMatchObject({
        code: 'SECRET_UNREADABLE',
        message: expect.stringContaining(source.name),
        mend: expect.stringContaining(source.name),
        cause: expect.anything(),
      });
    });

    test('a secret may have 64 KiB', async () => {
      const { source, write } = await opened();
      await write('x'.repeat(65_536));
      expect(await source.read()).toHaveLength(65_536);
    });

    test('a watcher is told of each text that is new, and of none twice', async () => {
      const { source, write } = await opened();
      await write('one');
      const told = watched(source, 'one');
      await write('two');
      await told.until(() => told.texts.length === 1);
      await write('three');
      await told.until(() => told.texts.length === 2);
      expect(told.texts).toEqual(['two', 'three']);
      expect(told.faults).toEqual([]);
    });

    test('what changed before the watch began is told', async () => {
      const { source, write } = await opened();
      await write('new');
      const told = watched(source, 'old');
      await told.until(() => told.texts.length > 0);
      expect(told.texts).toEqual(['new']);
    });

    test('a watcher is told once that the secret is gone, and of the next text', async () => {
      const { source, write, remove } = await opened();
      await write('one');
      const told = watched(source, 'one');
      await remove();
      await told.until(() => told.faults.length > 0);
      await write('two');
      await told.until(() => told.texts.length > 0);
      expect(told.texts).toEqual(['two']);
      expect(told.faults).toHaveLength(1);
      expect(told.faults[0]).toMatchObject({ code: 'SECRET_UNREADABLE' });
    });

    test('a watch that was ended tells nothing more', async () => {
      const { source, write } = await opened();
      await write('one');
      const ended = new Told();
      source.watch('one', ended.handler)();
      const told = watched(source, 'one');
      await write('two');
      await told.until(() => told.texts.length > 0);
      expect(ended.texts).toEqual([]);
    });
  });
}
