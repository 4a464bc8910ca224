import type { Field } from '../model/docs/fields.ts';
import { Words } from './words.tsx';

/** Fields, parameters or headers, each with what it means. Those of objects unfold. */
export function Fields({ fields }: { fields: readonly Field[] }) {
  return (
    <ul class="docs-fields">
      {fields.map((field) => (
        <li key={field.name} class="docs-field">
          <p class="docs-field-head">
            <code class="docs-field-name">{field.name}</code>
            <span class="quiet">{[field.type, ...field.limits].join(', ')}</span>
            {field.required && <span class="docs-required">required</span>}
          </p>
          <p>
            <Words text={field.description} />
          </p>
          {field.values.length > 0 && (
            <p class="docs-values">
              <span class="quiet">{field.values.length === 1 ? 'Always' : 'One of'}</span>{' '}
              {field.values.map((value) => (
                <code key={value}>{value}</code>
              ))}
            </p>
          )}
          {field.example !== undefined && (
            <p class="docs-values">
              <span class="quiet">Example</span> <code>{field.example}</code>
            </p>
          )}
          {field.fields.length > 0 && (
            <details>
              <summary>Fields of {field.name}</summary>
              <Fields fields={field.fields} />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
