/** Queries and subscriptions drawn at random from a schema: fields, arguments, variables, aliases, fragments. The same seed draws the same. */
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

type Drawn = { text: string; variables: Record<string, unknown> };
type Given = { seed: number; ids: readonly string[]; operation?: 'query' | 'subscription' };

const DEEPEST = 6;
const MOST_FIELDS = 60;

export function drawOperation(schema: GraphQLSchema, given: Given): Drawn {
  return new Drawer(schema, given).draw();
}

class Drawer {
  readonly #schema: GraphQLSchema;
  readonly #ids: readonly string[];
  readonly #operation: 'query' | 'subscription';
  readonly #variables: Record<string, unknown> = {};
  readonly #declared: string[] = [];
  readonly #fragments: string[] = [];
  #state: number;
  #fields = 0;
  #aliases = 0;

  constructor(schema: GraphQLSchema, { seed, ids, operation = 'query' }: Given) {
    this.#schema = schema;
    this.#ids = ids;
    this.#operation = operation;
    this.#state = seed * 2_654_435_761;
  }

  draw(): Drawn {
    const selection = this.#operation === 'query' ? this.#queries() : this.#subscription();
    const declared = this.#declared.length > 0 ? ` (${this.#declared.join(', ')})` : '';
    return {
      text: [`${this.#operation} Drawn${declared} ${selection}`, ...this.#fragments].join('\n'),
      variables: this.#variables,
    };
  }

  #queries(): string {
    const root = this.#schema.getQueryType();
    if (!root) throw new Error('The schema has no queries.');
    return this.#selectionOf(root, 0);
  }

  /** A single field. */
  #subscription(): string {
    const fields = this.#schema.getSubscriptionType()?.getFields() ?? {};
    return `{ ${this.#fieldOf(this.#pick(Object.values(fields)), 0)} }`;
  }

  /** From 0 to below 1: mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  #selectionOf(type: GraphQLNamedType, depth: number): string {
    const parts = ['__typename'];
    if (isObjectType(type) || isInterfaceType(type)) {
      const fields = Object.values(type.getFields());
      const wanted = depth === 0 ? 3 : 1 + Math.floor(this.#random() * 6);
      for (let index = 0; index < wanted; index++) {
        const drawn = this.#fieldOf(this.#pick(fields), depth);
        if (drawn) parts.push(drawn);
      }
    }
    if (isAbstractType(type)) {
      for (const member of this.#schema.getPossibleTypes(type))
        if (this.#chance(0.5)) parts.push(this.#fragmentOn(member, depth));
    } else if (depth > 0 && this.#chance(0.15)) {
      parts.push(this.#fragmentOn(type, depth));
    }
    return `{ ${parts.join(' ')} }`;
  }

  #fragmentOn(type: GraphQLNamedType, depth: number): string {
    const selection = this.#selectionOf(type, depth + 1);
    if (this.#chance(0.5)) return `... on ${type.name} ${selection}`;
    const name = `Part${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${type.name} ${selection}`);
    return `...${name}`;
  }

  /** Every field has an alias of its own: fields of one name need not take the same arguments. */
  #fieldOf(field: GraphQLField<unknown, unknown>, depth: number): string | null {
    const type = getNamedType(field.type);
    if (this.#fields >= MOST_FIELDS || (isCompositeType(type) && depth >= DEEPEST)) return null;
    this.#fields += 1;
    const alias = `f${this.#aliases++}`;
    const given = field.args.flatMap((arg) => this.#argument(arg) ?? []);
    const args = given.length > 0 ? `(${given.join(', ')})` : '';
    const selection = isCompositeType(type) ? ` ${this.#selectionOf(type, depth + 1)}` : '';
    return `${alias}: ${field.name}${args}${selection}`;
  }

  #argument({ name, type }: GraphQLArgument): string | null {
    if (!isNonNullType(type) && this.#chance(0.6)) return null;
    const value = this.#valueOf(type, name);
    if (this.#chance(0.5)) return `${name}: ${literalOf(type, value)}`;
    const variable = `v${this.#declared.length}`;
    if (!isNonNullType(type) && this.#chance(0.3)) {
      // With a default, and left out or null.
      this.#declared.push(`$${variable}: ${String(type)} = ${literalOf(type, value)}`);
      if (this.#chance(0.3)) this.#variables[variable] = null;
    } else {
      this.#declared.push(`$${variable}: ${String(type)}`);
      if (isNonNullType(type) || this.#chance(0.8)) this.#variables[variable] = value;
    }
    return `${name}: $${variable}`;
  }

  #valueOf(type: GraphQLInputType, name: string): unknown {
    if (!isNonNullType(type) && this.#chance(0.1)) return null;
    const bare = getNullableType(type);
    if (isListType(bare)) return [this.#valueOf(bare.ofType, name)];
    if (isEnumType(bare)) return this.#pick(bare.getValues()).name;
    if (isInputObjectType(bare)) {
      const chosen = Object.values(bare.getFields()).filter(
        (one) => isNonNullType(one.type) || this.#chance(0.3),
      );
      return Object.fromEntries(chosen.map((one) => [one.name, this.#valueOf(one.type, one.name)]));
    }
    return this.#scalar(bare.name, name);
  }

  #scalar(scalar: string, name: string): unknown {
    switch (scalar) {
      case 'Int':
        return this.#pick([1, 2, 3, 5, 0]);
      case 'Boolean':
        return this.#chance(0.5);
      case 'ID':
        return this.#pick([...this.#ids, 'x']);
      case 'DateTime':
        return '2026-11-23T09:15:00.000Z';
      default:
        return name === 'search' ? this.#pick(['s', 'first']) : this.#pick(['Tenants', 'contoso-group', 'x']);
    }
  }
}

function literalOf(type: GraphQLInputType, value: unknown): string {
  const bare = getNullableType(type);
  if (value === null) return 'null';
  if (isEnumType(bare) && typeof value === 'string') return value;
  if (isListType(bare) && Array.isArray(value))
    return `[${value.map((item) => literalOf(bare.ofType, item)).join(', ')}]`;
  if (isInputObjectType(bare) && typeof value === 'object') {
    const fields = bare.getFields();
    const parts = Object.entries(value).flatMap(([name, inner]) => {
      const field = fields[name];
      return field ? [`${name}: ${literalOf(field.type, inner)}`] : [];
    });
    return `{ ${parts.join(', ')} }`;
  }
  return JSON.stringify(value);
}
