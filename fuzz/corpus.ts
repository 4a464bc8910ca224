import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const corpusDir = join(import.meta.dirname, 'corpus');

export interface CorpusEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The inputs committed for a target: valid ones to mutate, and what once failed. In order of their names. */
export async function readCorpus(target: string): Promise<CorpusEntry[]> {
  const names = (await readdir(join(corpusDir, target))).sort();
  return Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(corpusDir, target, name)) })),
  );
}

/** The folders of `corpus/`. */
export const corpusNames = async (): Promise<string[]> => (await readdir(corpusDir)).sort();
