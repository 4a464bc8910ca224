import { XMLParser } from 'fast-xml-parser';
import type { Shape } from './aws-model.ts';

/** A service's body format; given in `runtimeConfig.shared` of the SDK package. */
export type WireFormat = 'rest-json' | 'rest-xml' | 'json-rpc';

/** Reads and writes bodies of one format by the SDK's shapes. Unknown members keep their own name, so that checks find them. */
export interface Wire {
  readonly contentType: string;
  read(shape: Shape, body: Buffer): unknown;
  write(shape: Shape, value: unknown, name: string): string;
  /** The response for an error. */
  fault(name: string, message: string): { headers: Record<string, string>; body: string };
}

const json: Wire = {
  contentType: 'application/json',
  read: (shape, body) => fromJson(shape, JSON.parse(body.toString())),
  write: (shape, value) => JSON.stringify(toJson(shape, value)),
  fault: (name, message) => ({ headers: { 'x-amzn-errortype': name }, body: JSON.stringify({ message }) }),
};

const jsonRpc: Wire = {
  ...json,
  contentType: 'application/x-amz-json-1.1',
  fault: (name, message) => ({ headers: {}, body: JSON.stringify({ __type: name, message }) }),
};

const jsonName = (name: string, { traits }: Shape) => String(traits.jsonName ?? name);

function fromJson(shape: Shape, value: unknown): unknown {
  if (shape.kind === 'list' && Array.isArray(value)) return value.map((item) => fromJson(shape.item(), item));
  if (shape.kind === 'time' && typeof value === 'number') return new Date(value * 1000);
  if (shape.kind === 'blob' && typeof value === 'string') return Buffer.from(value, 'base64');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (shape.kind === 'map') return mapped(value, (item) => fromJson(shape.item(), item));
  if (shape.kind !== 'structure') return value;
  const members = new Map([...shape.members()].map(([name, member]) => [jsonName(name, member), name]));
  return Object.fromEntries(
    Object.entries(value).map(([written, item]) => {
      const name = members.get(written);
      const member = name === undefined ? undefined : shape.members().get(name);
      return [name ?? written, member ? fromJson(member, item) : item];
    }),
  );
}

function toJson(shape: Shape, value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((item) => toJson(shape.item(), item));
  if (typeof value !== 'object' || value === null) return value;
  if (shape.kind === 'map') return mapped(value, (item) => toJson(shape.item(), item));
  const members = shape.members();
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const member = members.get(name);
      return member ? [jsonName(name, member), toJson(member, item)] : [name, item];
    }),
  );
}

const mapped = (value: object, change: (item: unknown) => unknown) =>
  Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));

const xml: Wire = {
  contentType: 'application/xml',
  read(shape, body) {
    const parsed = xmlParser.parse(body) as Record<string, unknown>;
    return fromXml(shape, Object.values(parsed)[0]);
  },
  write: (shape, value, name) => `<?xml version="1.0"?>${toXml(shape, value, name)}`,
  fault: (name, message) => ({
    headers: {},
    body: `<?xml version="1.0"?><ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`,
  }),
};

const xmlParser = new XMLParser({ ignoreDeclaration: true, parseTagValue: false, isArray: () => false });
const xmlName = (name: string, { traits }: Shape) => String(traits.xmlName ?? name);

function fromXml(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'list': {
      const inside = typeof value === 'object' && value ? Object.values(value).flat() : [];
      return inside.map((item) => fromXml(shape.item(), item));
    }
    case 'structure': {
      if (typeof value !== 'object' || value === null) return value === '' ? {} : value;
      const members = [...shape.members()];
      return Object.fromEntries(
        Object.entries(value).map(([written, item]) => {
          const [name, member] = members.find(([name, member]) => xmlName(name, member) === written) ?? [];
          return name && member ? [name, fromXml(member, item)] : [written, item];
        }),
      );
    }
    case 'number':
      return Number(value);
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'time':
      return new Date(String(value));
    default:
      return value;
  }
}

function toXml(shape: Shape, value: unknown, name: string): string {
  const inside = (): string => {
    if (value instanceof Date) return value.toISOString();
    if (Array.isArray(value)) {
      const item = shape.item();
      return value.map((one) => toXml(item, one, xmlName('member', item))).join('');
    }
    if (typeof value !== 'object' || value === null) return escaped(String(value));
    const members = shape.members();
    return Object.entries(value)
      .map(([key, one]) => {
        const member = members.get(key);
        return member && one !== undefined ? toXml(member, one, xmlName(key, member)) : '';
      })
      .join('');
  };
  return `<${name}>${inside()}</${name}>`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const wires: Readonly<Record<WireFormat, Wire>> = {
  'rest-json': json,
  'rest-xml': xml,
  'json-rpc': jsonRpc,
};
