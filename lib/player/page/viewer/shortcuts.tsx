/** What the player's keys do. */
export function Shortcuts() {
  return (
    <details class="fold shortcuts">
      <summary>Keyboard shortcuts</summary>
      <dl>
        {shortcuts.map(([keys, effect]) => (
          <div key={effect}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{effect}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const shortcuts: readonly [keys: readonly string[], effect: string][] = [
  [['Space', 'K'], 'Play or pause'],
  [['M'], 'Mute or unmute'],
  [['L'], 'Jump to live'],
  [['←', '→'], 'Back or forward 5 seconds'],
  [['↑', '↓'], 'Volume up or down'],
  [['F'], 'Full screen'],
  [['C'], 'Captions on or off, if available'],
];
