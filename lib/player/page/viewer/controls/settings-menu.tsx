import { formatBitrate } from '../../model/format.ts';
import { audioOnlyId, qualityLabel, qualityMenu } from '../../model/qualities.ts';
import type { PlayerAction } from '../../model/shortcuts.ts';
import type { Playback } from '../../playback/use-playback.ts';
import { canUsePip } from '../use-player-actions.ts';
import { Menu, type MenuChoice, type MenuCommand } from './menu.tsx';

/** The quality, and what the bar has no room for. */
export function SettingsMenu(props: {
  playback: Playback;
  statsShown: boolean;
  act: (action: PlayerAction) => void;
}) {
  const { playback, statsShown, act } = props;
  const { facts, engine, session, refresh } = playback;
  const { chosenQualityId: chosen } = facts;
  const shown = facts.shownQuality && qualityLabel(facts.shownQuality);
  const choices = qualityChoices(playback, shown);
  const commands: MenuCommand[] = [
    { label: 'Stats', checked: statsShown, onPress: () => act('toggle-stats') },
    ...(canUsePip() && !facts.soundAlone
      ? [{ label: 'Picture in picture', onPress: () => act('toggle-pip') }]
      : []),
    { label: 'Keyboard shortcuts', onPress: () => act('toggle-shortcuts') },
  ];
  const text = chosen === audioOnlyId ? 'Audio only' : shown;
  return (
    <Menu
      label={choices.length > 0 ? 'Quality' : 'Settings'}
      icon="quality"
      text={choices.length > 0 ? (text ?? 'Auto') : shown}
      before={choices.length > 0 && chosen === undefined && text !== undefined ? 'Auto · ' : undefined}
      chosen={chosen}
      choices={choices}
      commands={commands}
      onChoose={(id) => {
        engine?.selectQuality(id);
        if (engine?.mustReload) session?.reloadHere();
        refresh();
      }}
    />
  );
}

/** None if there is nothing to choose between. */
function qualityChoices({ facts }: Playback, shown: string | undefined): MenuChoice[] {
  const { chosenQualityId: chosen, offersAudioOnly } = facts;
  const menu = qualityMenu(facts.qualities);
  if (menu.length === 0) return [];
  const isMissing = chosen !== undefined && chosen !== audioOnlyId && !menu.some(({ id }) => id === chosen);
  return [
    { id: undefined, label: 'Auto', detail: chosen === undefined ? shown : undefined },
    ...(isMissing ? [{ id: chosen, label: labelOf(chosen), detail: 'Not available now' }] : []),
    ...menu.map((quality) => ({
      id: quality.id,
      label: qualityLabel(quality),
      detail: formatBitrate(quality.bandwidthBps),
    })),
    ...(offersAudioOnly || chosen === audioOnlyId ? [{ id: audioOnlyId, label: 'Audio only' }] : []),
  ];
}

/** Of a quality that isn't made at the moment. */
function labelOf(id: string): string {
  const [height, frameRate] = id.split('/').map(Number);
  return qualityLabel({ height: height ?? 0, ...(frameRate && { frameRate }) });
}
