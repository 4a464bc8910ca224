import { HlsModelError } from './errors.ts';

/** A tag with an attribute list (RFC 8216 4.2); attributes whose value is undefined are left out. */
export function attributeTag(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => `${attribute}=${value}`);
  return `#${name}:${list.join(',')}`;
}

/** A quoted string: it can hold neither quotes nor line ends, and has no escape for them. */
export function quoted(text: string): string {
  if (/["\r\n]/.test(text))
    throw new HlsModelError(`No quotes or line ends can be in ${JSON.stringify(text)}`);
  return `"${text}"`;
}

/** A URI on a line of its own. */
export function uriLine(uri: string): string {
  if (uri === '' || uri.startsWith('#') || /[\s"]/.test(uri)) {
    throw new HlsModelError(`${JSON.stringify(uri)} can't be a URI line`);
  }
  return uri;
}

export const joinLines = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
