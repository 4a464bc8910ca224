import { HlsModelError } from './errors.ts';

/** A tag with an attribute list (RFC 8216 4.2); undefined attributes are omitted. */
export function attributeTag(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => `${attribute}=${value}`);
  return `#${name}:${list.join(',')}`;
}

/** A quoted string. It cannot contain quotes or line breaks, and there is no way to escape them. */
export function quoted(text: string): string {
  if (/["\r\n]/.test(text))
    throw new HlsModelError(`${JSON.stringify(text)} must not contain quotes or line breaks`);
  return `"${text}"`;
}

/** A URI on a line of its own. */
export function uriLine(uri: string): string {
  if (uri === '' || uri.startsWith('#') || /[\s"]/.test(uri)) {
    throw new HlsModelError(`${JSON.stringify(uri)} is not a valid URI line`);
  }
  return uri;
}

export const joinLines = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
