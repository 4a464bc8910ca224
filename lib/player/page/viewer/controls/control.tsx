import { Icon, type IconName } from '../../ui/icons.tsx';

/** A button of the bar below the picture. */
export function Control(props: { icon: IconName; label: string; onPress: () => void; wide?: boolean }) {
  return (
    <button
      type="button"
      class={props.wide ? 'control only-wide' : 'control'}
      aria-label={props.label}
      title={props.label}
      onClick={props.onPress}
    >
      <Icon name={props.icon} />
    </button>
  );
}
