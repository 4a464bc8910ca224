/**
 * Reads the few keys of CMCD that viewers are counted by in one pass, without building what the rest says: it runs every two seconds for
 * each viewer. The text is a dictionary of structured fields (RFC 9651 3.2) in CMCD's order of keys or any other; as it stands in a
 * query, escaped (CTA-5004 5.2), it is unescaped on the way. What is malformed is passed over up to the next comma.
 */
export interface ScannedCmcd {
  /** `sid`. */
  session: string | undefined;
  /** From the wish to play to the first picture (`msd`). Sent once. */
  startupMs: number | undefined;
  /** All time spent waiting for media so far (`bsda`); the longer of the waits for picture and for sound, which overlap. */
  stalledTotalMs: number | undefined;
  /** The waits since the player last said so (`bsd`). Sent once each. */
  stalledMs: number | undefined;
  /** It waited for media since its last request, for a time unknown (`bs`). */
  starved: boolean;
  /** What it is doing (`sta`), by its first characters; version 2 alone. */
  state: string | undefined;
}

const comma = 0x2c;
const equals = 0x3d;
const quote = 0x22;
const backslash = 0x5c;
const open = 0x28;
const close = 0x29;
const semicolon = 0x3b;
const space = 0x20;
const percent = 0x25;
const plus = 0x2b;
const question = 0x3f;
const minus = 0x2d;
const dot = 0x2e;
const one = 0x31;
const two = 0x32;
const upperC = 0x43;
const lowerC = 0x63;
const end = -1;

/** States have one letter. What is kept of them is no part of the request, which would stay in memory with it. */
const longestState = 2;

/** Keys of up to four characters as one number. */
const packed = (key: string): number =>
  [...key].reduce((before, character) => before * 128 + character.charCodeAt(0), 0);
const keys = {
  sid: packed('sid'),
  msd: packed('msd'),
  bsda: packed('bsda'),
  bsd: packed('bsd'),
  bs: packed('bs'),
  sta: packed('sta'),
} as const;

export function scanCmcd(text: string, escaped: boolean): ScannedCmcd {
  const scan = new Scan(text, escaped);
  const found: ScannedCmcd = {
    session: undefined,
    startupMs: undefined,
    stalledTotalMs: undefined,
    stalledMs: undefined,
    starved: false,
    state: undefined,
  };
  while (scan.code !== end) {
    while (scan.code === space) scan.next();
    if (isKeyStart(scan.code)) readEntry(scan, found);
    scan.skipEntry();
  }
  return found;
}

function readEntry(scan: Scan, found: ScannedCmcd): void {
  const key = scan.key();
  const isValued = scan.code === equals;
  if (isValued) scan.next();
  if (key === keys.bs) found.starved = isValued ? scan.isTrue() : true;
  else if (isValued) readValue(scan, key, found);
}

function readValue(scan: Scan, key: number, found: ScannedCmcd): void {
  if (key === keys.sid) found.session = scan.string();
  else if (key === keys.sta)
    found.state = (scan.code === quote ? scan.string() : scan.token())?.slice(0, longestState);
  else if (key === keys.msd) found.startupMs = scan.number();
  else if (key === keys.bsda) found.stalledTotalMs = scan.numbers(Math.max);
  else if (key === keys.bsd) found.stalledMs = scan.numbers((sum, one) => sum + one);
}

/** A place in the text. `code`: the character there, unescaped; −1 behind the last one. */
class Scan {
  readonly #text: string;
  readonly #escaped: boolean;
  code = end;
  at = 0;
  #nextAt = 0;

  constructor(text: string, escaped: boolean) {
    this.#text = text;
    this.#escaped = escaped;
    this.next();
  }

  next(): void {
    const at = this.#nextAt;
    this.at = at;
    if (at >= this.#text.length) {
      this.code = end;
      return;
    }
    const code = this.#text.charCodeAt(at);
    this.code = code;
    this.#nextAt = at + 1;
    if (!this.#escaped) return;
    if (code === plus) this.code = space;
    else if (code === percent && at + 2 < this.#text.length) {
      const value = hexValue(this.#text.charCodeAt(at + 1)) * 16 + hexValue(this.#text.charCodeAt(at + 2));
      if (value < 0) return;
      this.code = value;
      this.#nextAt = at + 3;
    }
  }

  skipTo(wanted: (code: number) => boolean): void {
    while (this.code !== end && !wanted(this.code)) this.next();
  }

  /** Passes over a key, and returns it packed; longer ones become 0. */
  key(): number {
    let key = 0;
    let length = 0;
    for (; isKeyCharacter(this.code); this.next()) {
      length++;
      key = key * 128 + this.code;
      if (length > 4) key = 0;
    }
    return key;
  }

  /** `?1` */
  isTrue(): boolean {
    return this.#passes(question) && this.code === one;
  }

  /** Undefined if there is none, or it doesn't end. */
  string(): string | undefined {
    if (!this.#passes(quote)) return undefined;
    const from = this.at;
    let isPlain = true;
    while (this.code !== end && this.code !== quote) {
      if (this.#passes(backslash)) isPlain = false;
      if (this.#nextAt - this.at > 1 || this.code === space) isPlain = false;
      this.next();
    }
    const raw = this.#text.slice(from, this.at);
    if (!this.#passes(quote)) return undefined;
    return isPlain ? raw : this.#unescaped(raw);
  }

  token(): string | undefined {
    const from = this.at;
    while (isTokenCharacter(this.code)) this.next();
    return this.at === from ? undefined : this.#text.slice(from, this.at);
  }

  /** An integer or a decimal (RFC 9651 3.3.1, 3.3.2) that is a time: not negative. */
  number(): number | undefined {
    const from = this.at;
    while (isDigit(this.code) || this.code === dot || this.code === minus) this.next();
    if (this.at === from || !isDelimiter(this.code)) return undefined;
    const value = Number(this.#text.slice(from, this.at));
    return value >= 0 ? value : undefined;
  }

  /** A number, or those of an inner list, whose items may have parameters: `(300;v 500;a)`. */
  numbers(together: (before: number, one: number) => number): number | undefined {
    if (!this.#passes(open)) return this.number();
    let all = 0;
    while (this.code !== end && this.code !== close) {
      const each = this.number();
      if (each !== undefined) all = together(all, each);
      this.skipTo(isItemEnd);
      while (this.#passes(space));
    }
    return this.code === close ? all : undefined;
  }

  /** To behind the next comma outside of strings. */
  skipEntry(): void {
    for (;;) {
      this.#skipPlain();
      if (this.code !== quote) break;
      this.string();
    }
    this.next();
  }

  /** To the next comma or quote: most of a text is no business of ours, and needs no unescaping. */
  #skipPlain(): void {
    const text = this.#text;
    let at = this.at;
    for (; at < this.#text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === comma || code === quote) break;
      if (code !== percent || text.charCodeAt(at + 1) !== two) continue;
      const last = text.charCodeAt(at + 2);
      if (this.#escaped && (last === two || last === upperC || last === lowerC)) break;
    }
    this.#nextAt = at;
    this.next();
  }

  #passes(code: number): boolean {
    if (this.code !== code) return false;
    this.next();
    return true;
  }

  #unescaped(raw: string): string | undefined {
    try {
      const text = this.#escaped ? decodeURIComponent(raw.replaceAll('+', ' ')) : raw;
      return text.replaceAll(/\\(.)/g, '$1');
    } catch {
      // No UTF-8.
      return undefined;
    }
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a;
const isKeyStart = (code: number): boolean => isLower(code) || code === 0x2a;
/** Lower case, digits, `_`, `-`, `.` and `*` (RFC 9651 3.1.2). */
const isKeyCharacter = (code: number): boolean =>
  isLower(code) || isDigit(code) || code === 0x5f || code === minus || code === dot || code === 0x2a;
const isTokenCharacter = (code: number): boolean =>
  code !== end && !isDelimiter(code) && code !== quote && code !== equals;
const isDelimiter = (code: number): boolean =>
  code === end || code === comma || code === semicolon || code === space || code === close;
const isItemEnd = (code: number): boolean => code === space || code === close;

/** Negative if it is no hexadecimal digit, also times sixteen and with another one added. */
function hexValue(code: number): number {
  if (isDigit(code)) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1_000;
}
