/**
 * What may be an object key: `/`-separated segments of letters, digits and `._=@+-`, none of them empty, `.` or `..`,
 * at most 200 characters each and 1,000 together; the first character is a letter or a digit. Such a key is safe as a
 * path on disk and in a URL as it is, so that one object has exactly one name (and one cache entry).
 */
export function isObjectKey(text: string): boolean {
  return text.length <= maxKeyLength && keyPattern.test(text);
}

const maxKeyLength = 1000;
const segment = '(?!\\.{1,2}(?:/|$))[\\w.=@+-]{1,200}';
const keyPattern = new RegExp(`^(?=[A-Za-z0-9])${segment}(?:/${segment})*$`);

/** What a key may begin with: the empty prefix, a key, or a key and a slash. */
export function isKeyPrefix(text: string): boolean {
  return text === '' || isObjectKey(text.endsWith('/') ? text.slice(0, -1) : text);
}
