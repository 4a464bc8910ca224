import type { Playback } from '../../playback/use-playback.ts';
import { Menu } from './menu.tsx';

export function CaptionsMenu({ playback }: { playback: Playback }) {
  const { facts, engine, session, refresh } = playback;
  return (
    <Menu
      label="Captions"
      icon="captions"
      chosen={facts.chosenCaptionsId}
      choices={[{ id: undefined, label: 'Off' }, ...facts.captions]}
      onChoose={(id) => {
        engine?.selectCaptions(id);
        if (engine?.mustReload) session?.reloadHere();
        refresh();
      }}
    />
  );
}
