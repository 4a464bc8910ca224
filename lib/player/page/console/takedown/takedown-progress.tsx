import type { Takedown } from '../../api/types.ts';
import { stepLines, type TakedownDirection, takedownSummary } from '../../model/console/takedown.ts';
import { StateShape } from '../../ui/state-badge.tsx';

/** Each step with its state and its measured time. */
export function TakedownProgress(props: { direction: TakedownDirection; report: Takedown | undefined }) {
  const { direction, report } = props;
  return (
    <>
      <p class="summary tabular">{takedownSummary(direction, report)}</p>
      <ol class="progress">
        {stepLines(direction, report).map(({ step, done, words, note, detail }) => (
          <li key={step} class={done ? 'progress-step progress-done' : 'progress-step'}>
            <StateShape shape={done ? 'dot' : 'ring'} />
            <span>{words}</span>
            <span class="quiet small tabular">{note}</span>
            {detail !== undefined && <span class="progress-detail quiet small">{detail}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
