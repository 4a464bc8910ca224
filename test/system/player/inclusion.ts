import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What everybody may ask of a view, whatever it shows. Each check returns a line for each fault. */

/** Rules that judge colours: all that another colour scheme can break. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/**
 * WCAG 2.2 A and AA, and axe's own best practices, as far as axe can tell; of an open dialog or menu, if there is one: what is behind it is
 * judged without it.
 */
export async function axeFaults(page: Page, { only }: { only?: 'colours' } = {}): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async (rules) => {
      const { axe: checker } = window as unknown as { readonly axe: typeof axe };
      const over = document.querySelector('dialog[open], [role="menu"]');
      const { violations } = await checker.run(over ?? document, {
        resultTypes: ['violations'],
        // Loads media and styles once more, for rules that aren't for us.
        preload: false,
        ...(rules && { runOnly: { type: 'rule', values: rules } }),
      });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
      );
    },
    only === 'colours' ? colourRules : undefined,
  );
}

/** In light and in dark, which differ in colours alone. */
export async function schemeFaults(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await axeFaults(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axeFaults(page, { only: 'colours' });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light.map((fault) => `light: ${fault}`), ...dark.map((fault) => `dark: ${fault}`)];
}

/** Text at twice its size: nothing to scroll for sideways, and no text cut off (WCAG 2.2, 1.4.4). */
export function largeTextFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    root.style.fontSize = '200%';
    const faults: string[] = [];
    const dialog = document.querySelector('dialog[open]');
    for (const scrolled of [root, ...(dialog ? [dialog] : [])]) {
      const over = scrolled.scrollWidth - scrolled.clientWidth;
      if (over > 0) faults.push(`${over} px to scroll sideways: ${scrolled.tagName}`);
    }
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, a, h1, h2, h3, label, p, dt, dd, td, th, code',
    )) {
      const { overflowX, position, display } = getComputedStyle(element);
      const isShown = element.checkVisibility() && position !== 'absolute' && !display.startsWith('inline');
      const isCut =
        element.scrollWidth > element.clientWidth + 1 && (overflowX === 'hidden' || overflowX === 'clip');
      if (isShown && isCut) faults.push(`cut off: ${element.outerHTML.slice(0, 120)}`);
    }
    root.style.fontSize = '';
    return faults;
  });
}

/** On the narrowest phone: nothing to scroll for sideways (WCAG 2.2, 1.4.10). */
export async function narrowFaults(page: Page): Promise<string[]> {
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const faults = await page.evaluate(async () => {
    // What is drawn to size follows with the next frame.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const dialog = document.querySelector('dialog[open]');
    return [document.documentElement, ...(dialog ? [dialog] : [])].flatMap((scrolled) => {
      const over = scrolled.scrollWidth - scrolled.clientWidth;
      return over > 0 ? [`${over} px to scroll sideways at 320 px: ${scrolled.tagName}`] : [];
    });
  });
  if (wide) await page.setViewportSize(wide);
  return faults;
}

/** With reduced motion asked for, nothing moves by itself. Emulate it before the page loads. */
export function motionFaults(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState }) => playState === 'running')
      .map((animation) => {
        const { target } = animation.effect as KeyframeEffect;
        return `moves: ${target?.outerHTML.slice(0, 120) ?? 'something'}`;
      }),
  );
}

/**
 * Tab reaches everything that can be used, in the document's order, each with a visible ring and within the window, and leaves the page
 * at the end (WCAG 2.2, 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11). A radio group and a menu are one stop each. In a dialog, nothing behind it is
 * reached.
 */
export async function keyboardFaults(page: Page): Promise<string[]> {
  const expected = await page.evaluate(() => {
    const scope = document.querySelector('dialog[open]') ?? document.body;
    const usable = [
      ...scope.querySelectorAll<HTMLElement>(
        'a[href], button, input, select, textarea, summary, [tabindex="0"]',
      ),
    ];
    for (const before of document.querySelectorAll<HTMLElement>('[data-expected]')) {
      delete before.dataset.expected;
    }
    let count = 0;
    const groups = new Set<string>();
    for (const element of usable) {
      if (element.matches(':disabled') || element.tabIndex < 0 || !element.checkVisibility()) continue;
      if (element instanceof HTMLInputElement && element.type === 'radio') {
        if (groups.has(element.name)) continue;
        groups.add(element.name);
      }
      element.dataset.expected = String(count++);
    }
    (document.activeElement as HTMLElement | null)?.blur();
    return count;
  });
  const faults = new Set<string>();
  const reached = new Set<string>();
  let last = -1;
  let hasLeft = false;
  // A dialog's ends lead around, by way of the browser's own controls.
  for (let stops = 0; stops < expected + 3 && !(hasLeft && reached.size >= expected); stops++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return undefined;
      const shown = element.matches('.visually-hidden') ? (element.parentElement ?? element) : element;
      const box = shown.getBoundingClientRect();
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(shown);
      const dialog = document.querySelector('dialog[open]');
      const isInside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
      const hasRing = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
      return {
        what: element.outerHTML.slice(0, 120),
        // The chosen one of a radio group may be any of them.
        number:
          element.dataset.expected ?? (element instanceof HTMLInputElement ? `group ${element.name}` : ''),
        isInside,
        hasRing,
        isBehind: dialog !== null && !dialog.contains(element),
      };
    });
    if (stop === undefined) {
      hasLeft = true;
      continue;
    }
    reached.add(stop.number);
    if (!stop.isInside) faults.add(`outside the window: ${stop.what}`);
    if (!stop.hasRing) faults.add(`no ring: ${stop.what}`);
    if (stop.isBehind) faults.add(`behind the dialog: ${stop.what}`);
    const place = stop.number === '' ? Number.NaN : Number(stop.number);
    if (!hasLeft && place < last) faults.add(`out of order: ${stop.what}`);
    if (place > last) last = place;
  }
  if (!hasLeft) faults.add('Tab never leaves');
  const missed = await page.evaluate(
    (found) =>
      [...document.querySelectorAll<HTMLElement>('[data-expected]')]
        .filter((element) => {
          const group = element instanceof HTMLInputElement ? `group ${element.name}` : '';
          return !found.includes(element.dataset.expected ?? '') && !found.includes(group);
        })
        .map((element) => `not reached: ${element.outerHTML.slice(0, 120)}`),
    [...reached],
  );
  return [...faults, ...missed];
}
