import { z } from '@hono/zod-openapi';

/** One value of an event's data: its schema, and the example that the schema shows. */
export interface Field<Value> {
  readonly schema: z.ZodType<Value>;
  readonly example: Value;
}

const field = <Value>(schema: z.ZodType<Value>, description: string, example: Value): Field<Value> => ({
  schema: schema.openapi({ description, example }),
  example,
});

export const text = (description: string, example: string): Field<string> =>
  field(z.string(), description, example);

export const number = (description: string, example: number): Field<number> =>
  field(z.number(), description, example);

export const flag = (description: string, example: boolean): Field<boolean> =>
  field(z.boolean(), description, example);

/** One of several words. `words`: each with what it means. */
export function oneOf<Word extends string>(
  about: string,
  words: Readonly<Record<Word, string>>,
  example: NoInfer<Word>,
): Field<Word> {
  const known = Object.keys(words) as [Word, ...Word[]];
  const meanings = known.map((word) => `${word}: ${words[word]}.`);
  return field<Word>(z.enum(known) as z.ZodType<Word>, [about, ...meanings].join(' '), example);
}

export const optional = <Value>({ schema, example }: Field<Value>): Field<Value | undefined> => ({
  schema: schema.optional(),
  example,
});
