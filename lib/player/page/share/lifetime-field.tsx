import { useId } from 'preact/hooks';

const lifetimes: readonly [seconds: number, words: string][] = [
  [3_600, '1 hour'],
  [4 * 3_600, '4 hours'],
  [24 * 3_600, '24 hours'],
];

export const usualLifetimeSeconds = 4 * 3_600;

/** For how long a link to a signed stream works. */
export function LifetimeField(props: { seconds: number; onChange: (seconds: number) => void }) {
  const id = useId();
  return (
    <label class="field" for={id}>
      <span>Valid for</span>
      <select
        id={id}
        value={String(props.seconds)}
        onChange={(event) => props.onChange(Number(event.currentTarget.value))}
      >
        {lifetimes.map(([seconds, words]) => (
          <option key={seconds} value={String(seconds)}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
