type Value =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Value[]
  | { readonly [name: string]: Value };

/** Size of an item as DynamoDB bills it. AWS: DynamoDB item sizes and formats. */
export function itemBytes(item: { readonly [name: string]: Value }): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + valueBytes(value), 0);
}

function valueBytes(value: Value): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return value.length;
  if (typeof value === 'boolean' || value === null) return 1;
  // A byte for two digits, and one more.
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (isList(value)) return value.reduce<number>((sum, each) => sum + 1 + valueBytes(each), 3);
  return 3 + Object.keys(value).length + itemBytes(value);
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
