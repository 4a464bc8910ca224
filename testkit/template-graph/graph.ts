import { importsIn, namesReadIn, stringsIn } from './references.ts';

/** A resource of a template, as CloudFormation reads it. */
export interface ResourceDefinition {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are untyped JSON, as in the CDK's own assertions
  readonly Properties?: Readonly<Record<string, any>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Condition?: string;
}

export interface StackTemplate {
  readonly name: string;
  /** Names of the stacks that are deployed before this one, and deleted after it. @default none */
  readonly dependsOn?: readonly string[];
  readonly template: {
    readonly Resources?: Readonly<Record<string, ResourceDefinition>>;
    readonly Outputs?: Readonly<
      Record<string, { readonly Value: unknown; readonly Export?: { Name: unknown } }>
    >;
    readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  };
}

export interface GraphResource {
  /** `stack/logicalId` */
  readonly id: string;
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: NonNullable<ResourceDefinition['Properties']>;
  readonly definition: ResourceDefinition;
}

/** Why a resource needs another. */
export type Reason =
  /** Ref, Fn::GetAtt or Fn::Sub. */
  | 'reads'
  | 'DependsOn'
  /** Fn::ImportValue of an output; leads to what the output reads. */
  | 'import'
  /** Reads an SSM parameter of the platform, by its name; leads to the parameter. CloudFormation doesn't know of it. */
  | 'parameter';

export interface Dependency {
  readonly on: GraphResource;
  readonly why: Reason;
}

/** A closure with more of them is still cheap: a region has about 300 resources. */
export type Resources = ReadonlySet<GraphResource>;

export interface ClosureOptions {
  /**
   * Follow only what CloudFormation itself orders by, within one stack. Otherwise also imports and parameters of other stacks.
   * @default false
   */
  readonly withinStack?: boolean;
}

/**
 * The resources of all stacks of an app, and what each needs. CloudFormation creates a resource after everything in its closure
 * and deletes it before; resources that aren't in each other's closure come and go at the same time, in any order.
 */
export class TemplateGraph {
  readonly resources: readonly GraphResource[];
  readonly stacks: readonly StackTemplate[];
  readonly #byId: ReadonlyMap<string, GraphResource>;
  readonly #needs: ReadonlyMap<GraphResource, readonly Dependency[]>;
  readonly #neededBy = new Map<GraphResource, Set<GraphResource>>();

  /** Throws if a template names a resource that it doesn't have, or if dependencies go in a circle. */
  constructor(stacks: readonly StackTemplate[]) {
    this.stacks = stacks;
    this.resources = stacks.flatMap(({ name, template }) =>
      Object.entries(template.Resources ?? {}).map(([logicalId, definition]) => ({
        id: `${name}/${logicalId}`,
        stack: name,
        logicalId,
        type: definition.Type,
        properties: definition.Properties ?? {},
        definition,
      })),
    );
    this.#byId = new Map(this.resources.map((resource) => [resource.id, resource]));
    const parameters = new Map(
      this.ofType('AWS::SSM::Parameter').map((resource) => [resource.properties.Name as unknown, resource]),
    );
    const exported = new Map(
      stacks.flatMap((stack) =>
        Object.values(stack.template.Outputs ?? {})
          .filter((output) => typeof output.Export?.Name === 'string')
          .map((output) => [output.Export?.Name as string, { stack, value: output.Value }] as const),
      ),
    );
    const needsOf = (resource: GraphResource): Dependency[] => {
      const stack = stacks.find(({ name }) => name === resource.stack) as StackTemplate;
      const { DependsOn = [], Properties } = resource.definition;
      const namedParameters = stringsIn(Properties).concat(
        namesReadIn(Properties).map((name) => String(stack.template.Parameters?.[name]?.Default)),
      );
      return [
        ...this.#readBy(stack, Properties).map((on) => ({ on, why: 'reads' }) as const),
        ...[DependsOn].flat().map((on) => ({ on: this.get(stack.name, on), why: 'DependsOn' }) as const),
        ...importsIn(Properties).flatMap((name) => {
          const from = exported.get(name);
          if (!from) throw new Error(`${resource.id} imports ${name}, which no stack exports.`);
          return this.#readBy(from.stack, from.value).map((on) => ({ on, why: 'import' }) as const);
        }),
        ...[...parameters]
          .filter(([name, parameter]) => parameter !== resource && isNamedIn(namedParameters, name))
          .map(([, on]) => ({ on, why: 'parameter' }) as const),
      ];
    };
    this.#needs = new Map(this.resources.map((resource) => [resource, needsOf(resource)]));
    for (const [resource, needs] of this.#needs) {
      for (const { on } of needs) {
        this.#neededBy.set(on, (this.#neededBy.get(on) ?? new Set()).add(resource));
      }
    }
    for (const resource of this.resources) {
      if (this.closure(resource).has(resource)) throw new Error(`${resource.id} depends on itself.`);
    }
  }

  /** Throws if there is none. */
  get(stack: string, logicalId: string): GraphResource {
    const resource = this.#byId.get(`${stack}/${logicalId}`);
    if (!resource) throw new Error(`Stack ${stack} has no resource ${logicalId}.`);
    return resource;
  }

  /** Resources of these types, in all stacks. */
  ofType(...types: readonly string[]): GraphResource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  inStack(stack: string): GraphResource[] {
    return this.resources.filter((resource) => resource.stack === stack);
  }

  /** What `resource` names itself, with the reason. */
  needs(resource: GraphResource): readonly Dependency[] {
    return this.#needs.get(resource) ?? [];
  }

  /** The resources that `value`, a part of `resource`'s definition, reads. */
  readIn(resource: GraphResource, value: unknown): GraphResource[] {
    return this.#readBy(this.stacks.find(({ name }) => name === resource.stack) as StackTemplate, value);
  }

  /** Everything that exists before `resource` is created, and still when it is deleted. Without itself, unless in a circle. */
  closure(resource: GraphResource, { withinStack = false }: ClosureOptions = {}): Resources {
    return reach(resource, (from) =>
      this.needs(from)
        .map(({ on }) => on)
        .filter((on) => !withinStack || on.stack === resource.stack),
    );
  }

  /** Everything that is created after `resource`, and deleted before it. */
  reverseClosure(resource: GraphResource, { withinStack = false }: ClosureOptions = {}): Resources {
    return reach(resource, (from) =>
      [...(this.#neededBy.get(from) ?? [])].filter((next) => !withinStack || next.stack === resource.stack),
    );
  }

  /** Whether `first` exists whenever `second` does: by their own dependencies, or because their stacks are ordered. */
  outlives(first: GraphResource, second: GraphResource): boolean {
    return this.closure(second).has(first) || this.stackClosure(second.stack).has(first.stack);
  }

  /** Names of the stacks that are deployed before `stack`. */
  stackClosure(stack: string): ReadonlySet<string> {
    return reach(stack, (from) => this.stacks.find(({ name }) => name === from)?.dependsOn ?? []);
  }

  #readBy({ name, template }: StackTemplate, value: unknown): GraphResource[] {
    const { Parameters = {} } = template;
    return [...new Set(namesReadIn(value))]
      .filter((read) => !read.startsWith('AWS::') && !(read in Parameters))
      .map((read) => this.get(name, read));
  }
}

/** By its whole name: `/a/b` is not named by `/a/bc`. */
const isNamedIn = (strings: readonly string[], name: unknown): boolean =>
  typeof name === 'string' &&
  strings.some((text) => {
    const at = text.indexOf(name);
    return at >= 0 && !/[\w.\-/]/.test(text.charAt(at + name.length));
  });

function reach<T>(start: T, next: (from: T) => Iterable<T>): Set<T> {
  const reached = new Set<T>();
  const open = [start];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const to of next(from)) {
      if (reached.has(to)) continue;
      reached.add(to);
      open.push(to);
    }
  }
  return reached;
}
