import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from '../../ui/icons.tsx';

export interface MenuChoice {
  readonly id: string | undefined;
  readonly label: string;
  readonly detail?: string;
}

/** Something else that the menu does; with `checked`, something that is on or off. */
export interface MenuCommand {
  readonly label: string;
  readonly checked?: boolean;
  readonly onPress: () => void;
}

/** A button that opens a menu: one choice of several, then commands. Arrow keys walk it; Escape closes it and restores the focus. */
export function Menu(props: {
  label: string;
  icon: IconName;
  /** Beside the icon, for example the current quality. `before` is left out where there is little room. */
  text?: string;
  before?: string;
  choices: readonly MenuChoice[];
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
  commands?: readonly MenuCommand[];
}) {
  const { label, icon, text, before = '', choices, chosen, onChoose, commands = [] } = props;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  const items = () => [...(root.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  // Move the focus only on opening.
  useLayoutEffect(() => {
    if (!open) return;
    const all = items();
    const checked = all.find(({ role, ariaChecked }) => role === 'menuitemradio' && ariaChecked === 'true');
    (checked ?? all[0])?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  const walk = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (event.key === 'Tab') setOpen(false);
    else if (to !== undefined) {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    }
  };

  return (
    <div class="menu" ref={root}>
      <button
        ref={button}
        type="button"
        class="control"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={text ? `${label}: ${before}${text}` : label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        <Icon name={icon} />
        {text && (
          <span class="control-text">
            {before && <span class="only-wide">{before}</span>}
            {text}
          </span>
        )}
      </button>
      {open && (
        <div class="menu-list" role="menu" id={id} aria-label={label} tabIndex={-1} onKeyDown={walk}>
          {choices.map((choice) => (
            <button
              key={choice.id ?? ''}
              type="button"
              role="menuitemradio"
              aria-checked={choice.id === chosen}
              tabIndex={-1}
              class="menu-item"
              onClick={() => {
                onChoose(choice.id);
                close();
              }}
            >
              <span class="menu-check">{choice.id === chosen && <Icon name="check" />}</span>
              {choice.label}
              {choice.detail && <span class="menu-detail">{choice.detail}</span>}
            </button>
          ))}
          {choices.length > 0 && commands.length > 0 && <hr />}
          {commands.map(({ label: command, checked, onPress }) => (
            <button
              key={command}
              type="button"
              {...(checked === undefined
                ? { role: 'menuitem' }
                : { role: 'menuitemcheckbox', 'aria-checked': checked })}
              tabIndex={-1}
              class="menu-item"
              onClick={() => {
                close();
                onPress();
              }}
            >
              <span class="menu-check">{checked && <Icon name="check" />}</span>
              {command}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
