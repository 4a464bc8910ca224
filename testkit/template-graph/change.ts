import { type ResourceDefinition, type StackTemplate, TemplateGraph } from './graph.ts';
import { hostsOf, mentions, parameterName, type Reader, readersOf } from './shared-values.ts';
import { physicalNames, type StackUpdate, stackUpdate } from './update.ts';

export type Action = { readonly deploy: string } | { readonly destroy: string };

export interface Change {
  readonly before: readonly StackTemplate[];
  readonly after: readonly StackTemplate[];
  /** In the order in which people do them. */
  readonly actions: readonly Action[];
}

/**
 * - `gone`: a stack that is not changed yet uses what is deleted or replaced.
 * - `missing`: a deployed stack needs what does not exist yet.
 * - `stale`: at the end, a stack still has a value that has changed.
 * - `lost`: data is deleted by a mere update.
 * - `taken`: a new resource has the name of one that still exists.
 */
export type FaultKind = 'gone' | 'missing' | 'stale' | 'lost' | 'taken';

export interface ChangeFault {
  readonly kind: FaultKind;
  readonly words: string;
}

/** Types whose contents can't be made again from the templates. */
const dataTypes = new Set([
  'AWS::S3::Bucket',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::CloudFront::KeyValueStore',
]);
const emptier = 'Custom::S3AutoDeleteObjects';
const emptierTag = 'aws-cdk:auto-delete-objects';

/**
 * Plays a change of deployed stacks, one action after the other, and finds what breaks between stacks. Stacks depend on each other
 * by SSM parameters, which lead to the resources that their values name, and by host names.
 */
export function changeFaults({ before, after, actions }: Change): ChangeFault[] {
  const account = new Account(before);
  const hosts = [...new Set([...before, ...after].flatMap(hostsOf))];
  const faults = actions.flatMap((action) => {
    if ('destroy' in action) return account.update(action.destroy, undefined, hosts);
    const next = after.find(({ name }) => name === action.deploy);
    if (!next) throw new Error(`There is no stack ${action.deploy} to deploy.`);
    return account.update(action.deploy, next, hosts);
  });
  return [...faults, ...account.stale()];
}

class Account {
  readonly #stacks: Map<string, StackTemplate>;
  /** Which of the resources that have had this id exists, by `stack/logicalId`. */
  readonly #lives = new Map<string, number>();
  /** The values that readers have, by `stack/id`. */
  readonly #held = new Map<string, string | undefined>();

  constructor(stacks: readonly StackTemplate[]) {
    this.#stacks = new Map(stacks.map((stack) => [stack.name, stack]));
    for (const reader of stacks.flatMap(readersOf)) this.#read(reader);
  }

  update(name: string, next: StackTemplate | undefined, hosts: readonly string[]): ChangeFault[] {
    const old = this.#stacks.get(name);
    const update = stackUpdate(old, next);
    const faults = [
      ...this.#usedElsewhere(name, update),
      ...(old && next ? [...lostData(old, next, update), ...takenNames(old, next, update)] : []),
    ];
    for (const id of [...update.created, ...update.replaced]) {
      const key = `${name}/${id}`;
      this.#lives.set(key, (this.#lives.get(key) ?? 0) + 1);
    }
    if (next) this.#stacks.set(name, next);
    else this.#stacks.delete(name);
    const readers = next ? readersOf(next) : [];
    const { created, changed } = update;
    for (const reader of readers) {
      if (this.#valueOf(reader.parameter) === undefined)
        faults.push({
          kind: 'missing',
          words: `${name} reads ${reader.parameter}, which no stack has written`,
        });
      if (reader.always || created.has(reader.id) || changed.has(reader.id)) this.#read(reader);
    }
    return [...faults, ...this.#hostFaults(name, old, next, hosts)];
  }

  stale(): ChangeFault[] {
    return [...this.#stacks.values()]
      .flatMap(readersOf)
      .filter(({ stack, id, parameter }) => this.#held.get(`${stack}/${id}`) !== this.#valueOf(parameter))
      .map(({ stack, id, parameter }) => ({
        kind: 'stale',
        words: `${stack} still has an old value of ${parameter} (${id})`,
      }));
  }

  #read(reader: Reader): void {
    this.#held.set(`${reader.stack}/${reader.id}`, this.#valueOf(reader.parameter));
  }

  /** Stands for the value: its expression, and which resources it names. Undefined if no stack writes it. */
  #valueOf(parameter: string): string | undefined {
    const written = this.#written(parameter);
    if (!written) return undefined;
    const { resource, targets } = written;
    const lives = targets.map(({ id }) => `${id}#${this.#lives.get(id) ?? 0}`);
    return JSON.stringify([resource.properties.Value, lives]);
  }

  #written(parameter: string) {
    for (const stack of this.#stacks.values()) {
      const graph = graphOf(stack);
      const resource = graph.ofType('AWS::SSM::Parameter').find((one) => parameterName(one) === parameter);
      if (resource) return { resource, targets: graph.readIn(resource, resource.properties.Value) };
    }
    return undefined;
  }

  /** What goes with this update although another stack has its name, ARN or address. */
  #usedElsewhere(name: string, { removed, replaced }: StackUpdate): ChangeFault[] {
    return [...this.#stacks.values()]
      .filter((stack) => stack.name !== name)
      .flatMap(readersOf)
      .flatMap((reader) => {
        const targets = this.#written(reader.parameter)?.targets ?? [];
        return targets
          .filter(({ stack, logicalId: id }) => stack === name && (removed.has(id) || replaced.has(id)))
          .map((target) => ({
            kind: 'gone' as const,
            words: `${name} deletes ${target.logicalId} (${target.type}), which ${reader.stack} uses in ${this.#usersOf(reader).join(', ')}`,
          }));
      });
  }

  #usersOf({ stack, id }: Reader): string[] {
    const template = this.#stacks.get(stack);
    if (!template) return [];
    const graph = graphOf(template);
    return graph.resources
      .filter((one) => graph.needs(one).some(({ on }) => on.logicalId === id))
      .map(({ type }) => type);
  }

  #hostFaults(
    name: string,
    old: StackTemplate | undefined,
    next: StackTemplate | undefined,
    hosts: readonly string[],
  ): ChangeFault[] {
    const stacks = [...this.#stacks.values()];
    const defined = new Set(stacks.flatMap(hostsOf));
    const dropped = old ? hostsOf(old).filter((host) => !defined.has(host)) : [];
    const gone = dropped.flatMap((host) =>
      stacks
        .filter((stack) => stack.name !== name && mentions(stack, host))
        .map((stack) => ({
          kind: 'gone' as const,
          words: `${name} deletes the name ${host}, which ${stack.name} gives out`,
        })),
    );
    const missing = hosts
      .filter((host) => next && !defined.has(host) && !(old && mentions(old, host)) && mentions(next, host))
      .map((host) => ({
        kind: 'missing' as const,
        words: `${name} gives out the name ${host}, which does not exist yet`,
      }));
    return [...gone, ...missing];
  }
}

function lostData(
  old: StackTemplate,
  next: StackTemplate,
  { removed, replaced }: StackUpdate,
): ChangeFault[] {
  return Object.entries(old.template.Resources ?? {}).flatMap(([id, { Type, Properties, ...policies }]) => {
    const policy = removed.has(id) ? policies.DeletionPolicy : policies.UpdateReplacePolicy;
    const goes = (removed.has(id) || replaced.has(id)) && !policy?.startsWith('Retain');
    if (dataTypes.has(Type) && goes)
      return [{ kind: 'lost', words: `${old.name} deletes ${id} (${Type}) with its contents` }];
    if (Type !== emptier || !removed.has(id)) return [];
    // The function that empties a bucket runs when its resource goes, unless the bucket has lost its tag before.
    const bucket = next.template.Resources?.[String(Properties?.BucketName?.Ref)];
    const tags: { Key: string }[] = bucket?.Properties?.Tags ?? [];
    return tags.some(({ Key }) => Key === emptierTag)
      ? [{ kind: 'lost', words: `${old.name} empties ${Properties?.BucketName?.Ref}, which stays` }]
      : [];
  });
}

/** CloudFormation makes the new resource before it deletes the old one. */
function takenNames(
  old: StackTemplate,
  next: StackTemplate,
  { created, replaced }: StackUpdate,
): ChangeFault[] {
  const had = Object.values(old.template.Resources ?? {});
  const isNew = (id: string) => created.has(id) || replaced.has(id);
  return [...created, ...replaced].flatMap((id) => {
    const definition = next.template.Resources?.[id];
    if (!definition) return [];
    const names = [...physicalNames(definition), ...networkOf(definition, isNew)];
    return had
      .filter(
        (one) =>
          one.Type === definition.Type &&
          [...physicalNames(one), ...networkOf(one)].some((name) => names.includes(name)),
      )
      .map(() => ({
        kind: 'taken',
        words: `${old.name} creates ${id} (${definition.Type}) with a name that is still in use`,
      }));
  });
}

/** A subnet's addresses, which no other in its VPC may have. None if the VPC is new. */
function networkOf({ Type, Properties }: ResourceDefinition, isNew = (_id: string) => false): string[] {
  if (Type !== 'AWS::EC2::Subnet' || isNew(String(Properties?.VpcId?.Ref))) return [];
  return [JSON.stringify([Properties?.VpcId, Properties?.CidrBlock])];
}

const graphs = new WeakMap<StackTemplate, TemplateGraph>();

function graphOf(stack: StackTemplate): TemplateGraph {
  const known = graphs.get(stack) ?? new TemplateGraph([stack]);
  graphs.set(stack, known);
  return known;
}
