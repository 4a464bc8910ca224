import type { ComponentChildren } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { curlOf } from '../model/docs/curl.ts';
import type { Answer, ApiDocument, Body, Operation } from '../model/docs/document.ts';
import { fieldOf, fieldsOf } from '../model/docs/fields.ts';
import { docsPath } from '../model/routes.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { Fields } from './fields.tsx';
import { OperationAddress } from './operation-list.tsx';
import { useApiAddress } from './use-api-address.ts';
import { Words } from './words.tsx';

type Schemas = ApiDocument['components']['schemas'];

const places: Readonly<Record<string, string>> = {
  path: 'In the path',
  query: 'In the query',
  header: 'Headers',
};

/** One operation, or one event that is sent: what goes in and what comes out, with examples. */
export function OperationPage({ operation, schemas }: { operation: Operation; schemas: Schemas }) {
  const { summary, description, parameters, body, isBodyRequired, answers, isSent } = operation;
  const address = useApiAddress();
  useEffect(() => {
    document.title = `${summary} · API · Headwater`;
  }, [summary]);
  return (
    <>
      <p class="docs-back">
        <a href={docsPath()}>All operations and events</a>
      </p>
      <h1>{summary}</h1>
      <p>
        <OperationAddress {...operation} />
      </p>
      {description !== '' && (
        <p class="docs-text">
          <Words text={description} />
        </p>
      )}
      {!isSent && <CopyField label="Request" value={curlOf(operation, address)} multiline />}
      {Object.entries(places).map(([place, words]) => {
        const here = parameters.filter((parameter) => parameter.in === place);
        return (
          here.length > 0 && (
            <Part key={place} title={words}>
              <Fields fields={here.map((parameter) => parameterField(parameter, schemas))} />
            </Part>
          )
        );
      })}
      {body && (
        <Part title={isBodyRequired ? 'Body' : 'Body, which may be left out'}>
          <BodyView body={body} schemas={schemas} name="Example of the body" />
        </Part>
      )}
      <Part title={isSent ? 'Your answer' : 'Answers'}>
        {answers.map((answer, index) => (
          <AnswerView key={answer.status} answer={answer} schemas={schemas} isFirst={index === 0} />
        ))}
      </Part>
    </>
  );
}

/** What is said of a parameter itself comes before what its schema says. */
function parameterField(parameter: Omit<Operation['parameters'][number], 'in'>, schemas: Schemas) {
  const { name, schema, required = false, description, example } = parameter;
  const field = fieldOf({ name, schema, required }, schemas);
  const shown = example ?? (field.example === undefined ? undefined : JSON.parse(field.example));
  return {
    ...field,
    ...(description !== undefined && { description }),
    // As it is sent, which is not JSON.
    ...(shown !== undefined && { example: String(shown) }),
  };
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="docs-part" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function AnswerView({ answer, schemas, isFirst }: { answer: Answer; schemas: Schemas; isFirst: boolean }) {
  const { status, description, headers, body } = answer;
  const about = (
    <>
      <code class="docs-status">{status}</code> <Words text={description} />
    </>
  );
  if (!body && headers.length === 0) return <p class="docs-answer">{about}</p>;
  return (
    <details class="docs-answer" open={isFirst}>
      <summary>{about}</summary>
      {headers.length > 0 && (
        <>
          <h3>Headers</h3>
          <Fields fields={headers.map((header) => parameterField(header, schemas))} />
        </>
      )}
      {body && <BodyView body={body} schemas={schemas} name={`Example of ${status}`} />}
    </details>
  );
}

function BodyView({ body, schemas, name }: { body: Body; schemas: Schemas; name: string }) {
  const { type, schema, example } = body;
  const fields = fieldsOf(schema, schemas);
  return (
    <div class="docs-body">
      <div>
        <p class="quiet">{type}</p>
        {fields.length > 0 && <Fields fields={fields} />}
      </div>
      <CopyField
        label={name}
        value={typeof example === 'string' ? example : JSON.stringify(example, null, 2)}
        multiline
      />
    </div>
  );
}
