/**
 * Text from outside that people will read, on one line. Characters that don't show can make one name look like another, turn the rest
 * of a line around (U+202E) or hide in it what only programs read.
 */

/** Control, format and lone surrogate characters, line and paragraph separators. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Where such characters belong: in an emoji that Unicode recommends, such as a family or a flag of Scotland, and as joiners between two
 * letters of a script that is written joined, as in Persian and Hindi. Variation selectors aren't among them: they are marks.
 */
const emoji = /\p{RGI_Emoji}/gv;
const joinedScripts =
  '\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}' +
  '\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}' +
  '\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}';
const joiners = new RegExp(`(?<=[${joinedScripts}])[\\u200c\\u200d](?=[${joinedScripts}])`, 'gu');

/** Whether a name contains characters that don't show, apart from those that its script or an emoji needs. */
export const hasHiddenCharacters = (name: string): boolean =>
  hidden.test(name.replace(emoji, '').replace(joiners, ''));

/** Another program's words for display: on one line, of at most `maxChars` characters, and nothing in them that doesn't show. */
export function displayText(text: string, maxChars: number): string {
  return text
    .slice(0, maxChars)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim();
}
