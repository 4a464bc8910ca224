import { useId } from 'preact/hooks';
import type { CostEstimate, Stream } from '../api/types.ts';
import { encoderChoices, formatUsd } from '../model/console/managed.ts';
import { useApi, useServices } from '../shell/services.ts';
import { useChoice } from '../ui/use-choice.ts';

/** The stream's encoder, its cost, and the status of its managed channel. */
export function EncoderChoice({ stream, onChanged }: { stream: Stream; onChanged: () => void }) {
  const api = useApi();
  const { announce } = useServices();
  const id = useId();
  const { encoder, encoders = [], managed, cost } = stream;
  const choices = encoderChoices.filter(({ tier }) => tier === encoder || encoders.includes(tier));
  const { shown, busy, fault, choose } = useChoice(encoder, async (tier) => {
    await api.chooseEncoder(stream.id, tier);
    announce('Encoder changed. The change applies from the next broadcast on.');
    onChanged();
  });
  return (
    <fieldset class="choices">
      <legend>Encoder</legend>
      {choices.length < 2 ? (
        choices.map((choice) => (
          <p key={choice.tier} class="choice-text">
            <ChoiceText {...choice} />
          </p>
        ))
      ) : (
        <>
          {choices.map((choice) => (
            <label key={choice.tier} class="choice">
              <input
                type="radio"
                name={id}
                value={choice.tier}
                checked={choice.tier === shown}
                disabled={busy}
                onChange={() => void choose(choice.tier)}
              />
              <span class="choice-text">
                <ChoiceText {...choice} />
              </span>
            </label>
          ))}
          <p class="quiet small">Changes apply from the next broadcast on.</p>
        </>
      )}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {managed && <p class={managed.state === 'gone' ? 'quiet small' : 'note'}>{managed.detail}</p>}
      {cost && <Cost cost={cost} />}
    </fieldset>
  );
}

function ChoiceText({ name, about }: { name: string; about: string }) {
  return (
    <>
      {name}
      <span class="quiet small">{about}</span>
    </>
  );
}

function Cost({ cost }: { cost: CostEstimate }) {
  return (
    <details class="fold">
      <summary>About {formatUsd(cost.perHourUsd)} per hour on air, on AWS</summary>
      <table class="table cost">
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" class="number">
              Per hour
            </th>
          </tr>
        </thead>
        <tbody>
          {cost.parts.map(({ what, perHourUsd }) => (
            <tr key={what}>
              <td>{what}</td>
              <td class="number">{formatUsd(perHourUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet small">{cost.note}</p>
    </details>
  );
}
