import { formatBitrate } from '../model/format.ts';
import { qualityLabel, qualityMenu } from '../model/qualities.ts';
import type { Playback } from '../playback/use-playback.ts';
import { Menu } from './menu.tsx';

export function QualityMenu({ playback }: { playback: Playback }) {
  const { facts, engine, refresh } = playback;
  const menu = qualityMenu(facts.qualities);
  if (menu.length === 0) return null;
  const playing = facts.activeQuality && qualityLabel(facts.activeQuality);
  const chosen = menu.find(({ id }) => id === facts.chosenQualityId);
  return (
    <Menu
      label="Quality"
      icon="quality"
      text={chosen ? qualityLabel(chosen) : `Auto${playing ? ` · ${playing}` : ''}`}
      chosen={chosen?.id}
      choices={[
        { id: undefined, label: 'Auto', detail: chosen ? undefined : playing },
        ...menu.map((quality) => ({
          id: quality.id,
          label: qualityLabel(quality),
          detail: formatBitrate(quality.bandwidthBps),
        })),
      ]}
      onChoose={(id) => {
        engine?.selectQuality(id);
        refresh();
      }}
    />
  );
}
