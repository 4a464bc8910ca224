/**
 * Whether the text is a valid object key: `/`-separated segments of letters, digits and `._=@+-`, none of them empty or starting
 * with a dot, at most 200 characters each and 1,000 in total, starting with a letter or a digit. Such a key needs no escaping on
 * disk or in a URL, so each object has exactly one name (and one cache entry), and each can be denied by it (denial.ts).
 */
export function isObjectKey(text: string): boolean {
  return text.length <= maxKeyLength && keyPattern.test(text);
}

const maxKeyLength = 1000;
const segment = '(?!\\.)[\\w.=@+-]{1,200}';
const keyPattern = new RegExp(`^(?=[A-Za-z0-9])${segment}(?:/${segment})*$`);

/** Whether the text is a valid key prefix: empty, a key, or a key followed by a slash. */
export function isKeyPrefix(text: string): boolean {
  return text === '' || isObjectKey(text.endsWith('/') ? text.slice(0, -1) : text);
}
