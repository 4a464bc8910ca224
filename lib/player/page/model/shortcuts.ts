export type PlayerAction =
  | 'toggle-play'
  | 'toggle-mute'
  | 'toggle-fullscreen'
  | 'toggle-captions'
  | 'toggle-pip'
  | 'toggle-stats'
  | 'toggle-shortcuts'
  | 'jump-to-live'
  | 'seek-back'
  | 'seek-forward'
  | 'louder'
  | 'quieter';

const keys: Readonly<Record<string, PlayerAction>> = {
  ' ': 'toggle-play',
  k: 'toggle-play',
  m: 'toggle-mute',
  f: 'toggle-fullscreen',
  c: 'toggle-captions',
  p: 'toggle-pip',
  i: 'toggle-stats',
  '?': 'toggle-shortcuts',
  l: 'jump-to-live',
  ArrowLeft: 'seek-back',
  ArrowRight: 'seek-forward',
  ArrowUp: 'louder',
  ArrowDown: 'quieter',
};

/** What the keys do, in the order in which they are shown. */
export const shortcutList: readonly (readonly [keys: readonly string[], effect: string])[] = [
  [['Space', 'K'], 'Play or pause'],
  [['M'], 'Mute or unmute'],
  [['L'], 'Jump to live'],
  [['←', '→'], 'Back or forward 5 seconds'],
  [['↑', '↓'], 'Volume up or down'],
  [['F'], 'Full screen'],
  [['P'], 'Picture in picture'],
  [['C'], 'Captions, if there are any'],
  [['I'], 'Stats'],
  [['?'], 'These shortcuts'],
];

const pressedBySpace: readonly string[] = ['BUTTON', 'SUMMARY', 'A'];

/** A key press and the focused element. */
export interface KeyPress {
  readonly key: string;
  readonly modified: boolean;
  readonly focus: { readonly tag: string; readonly type?: string; readonly inMenu: boolean };
}

/**
 * What a key does in the player. Keys that the focused element uses itself are left to it: Space presses a button, arrows
 * move a slider or walk a menu, and text fields keep every key.
 */
export function playerActionFor({ key, modified, focus }: KeyPress): PlayerAction | undefined {
  if (modified) return undefined;
  const action = keys[key.length === 1 ? key.toLowerCase() : key];
  if (action === undefined) return undefined;
  if (focus.tag === 'TEXTAREA' || focus.tag === 'SELECT') return undefined;
  if (focus.tag === 'INPUT' && focus.type !== 'range') return undefined;
  const arrow = key.startsWith('Arrow');
  if (arrow && (focus.inMenu || focus.tag === 'INPUT')) return undefined;
  if (key === ' ' && pressedBySpace.includes(focus.tag)) return undefined;
  return action;
}
