/** What the reference shows of an OpenAPI 3.1 document: as much of it as ours uses. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly webhooks: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, { readonly description: string }>>;
  };
}

type PathItem = Readonly<Record<string, RawOperation>>;

interface RawOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, Media>>;

export interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
}

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Omit<Parameter, 'name' | 'in'>>>;
  readonly content?: Content;
}

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** A body, or what an answer has. */
export interface Body extends Media {
  /** For example `application/json`. */
  readonly type: string;
}

export interface Answer {
  /** For example `201` or `2XX`. */
  readonly status: string;
  readonly description: string;
  readonly headers: readonly Omit<Parameter, 'in'>[];
  readonly body: Body | undefined;
}

/** Something that the API can be asked, or that the platform sends. */
export interface Operation {
  readonly id: string;
  /** `POST`; or for what is sent, where to. */
  readonly method: string;
  /** The path; or for what is sent, the type of event. */
  readonly path: string;
  readonly isSent: boolean;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body | undefined;
  readonly isBodyRequired: boolean;
  readonly answers: readonly Answer[];
}

export interface Chapter {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

/** All operations, by the document's tags and in its order. */
export function chaptersOf(document: ApiDocument): readonly Chapter[] {
  const asked = operationsIn(document.paths, (method, path) => ({ method: method.toUpperCase(), path }));
  const sent = operationsIn(document.webhooks, (_, name) => {
    const [type = '', ...channel] = name.split(' ').reverse();
    return { method: channel.length === 0 ? 'Webhook' : channel.join(' '), path: type };
  }).map((one) => ({ ...one, isSent: true }));
  return document.tags.map(({ name, description }) => ({
    name,
    description,
    operations: [...asked, ...sent].filter(({ tags }) => tags.includes(name)),
  }));
}

function operationsIn(
  items: Readonly<Record<string, PathItem>>,
  address: (method: string, path: string) => { method: string; path: string },
): (Operation & { readonly tags: readonly string[] })[] {
  return Object.entries(items).flatMap(([path, item]) =>
    Object.entries(item).map(([method, raw]) => ({
      ...address(method, path),
      id: raw.operationId,
      isSent: false,
      tags: raw.tags,
      summary: raw.summary,
      description: raw.description ?? '',
      parameters: raw.parameters ?? [],
      body: bodyOf(raw.requestBody?.content),
      isBodyRequired: raw.requestBody?.required ?? false,
      answers: Object.entries(raw.responses).map(([status, { description, headers = {}, content }]) => ({
        status,
        description,
        headers: Object.entries(headers).map(([name, header]) => ({ name, ...header })),
        body: bodyOf(content),
      })),
    })),
  );
}

function bodyOf(content: Content = {}): Body | undefined {
  const [first] = Object.entries(content);
  return first && { type: first[0], ...first[1] };
}

/** The chapters with the operations that have all words of `search` in their names, paths or summaries. */
export function foundIn(chapters: readonly Chapter[], search: string): readonly Chapter[] {
  const words = search.toLowerCase().split(/\s+/);
  return chapters
    .map((chapter) => ({
      ...chapter,
      operations: chapter.operations.filter(({ id, method, path, summary }) => {
        const text = `${chapter.name} ${id} ${method} ${path} ${summary}`.toLowerCase();
        return words.every((word) => text.includes(word));
      }),
    }))
    .filter(({ operations }) => operations.length > 0);
}
