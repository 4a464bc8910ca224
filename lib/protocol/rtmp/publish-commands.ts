import type { Amf0Value } from './amf0.ts';
import type { RtmpMessage } from './chunk-reader.ts';
import {
  type Command,
  deletesAnother,
  encodeCommand,
  isObject,
  publishMessageStreamId,
  statusCommand,
} from './commands.ts';
import { encodeControl } from './messages.ts';

/** Nothing can follow one of these that can't be read. */
export const isIndispensable = (commandName: string | undefined): boolean =>
  commandName === 'connect' || commandName === 'createStream' || commandName === 'publish';

/** The phase of a publish session between the handshake and the publish command. */
export type CommandPhase = 'connecting' | 'connected' | 'stream-created';

/** The contents of `connect` and `publish`. */
export interface PublishRequest {
  /** Without query, key and trailing slash. */
  readonly app: string;
  /** The stream key as sent by the encoder, in `publish` or in the server's URL; possibly with a query. */
  readonly streamName: string;
  /** `live`, `record` or `append`; `live` if the encoder omitted it. */
  readonly publishType: string;
  readonly flashVer?: string;
  readonly tcUrl?: string;
}

export interface ConnectFacts {
  readonly app: string;
  /** What follows the app in the server's URL: the stream key, if the whole URL is in the encoder's server field. */
  readonly urlKey?: string;
  readonly flashVer?: string;
  /** Without anything after the app. */
  readonly tcUrl?: string;
}

/** The effect of a command on the session. */
export type Step =
  | {
      readonly type: 'go';
      readonly to: CommandPhase;
      readonly reply: RtmpMessage[];
      readonly connect?: ConnectFacts;
    }
  /** `streamName` is undefined if the encoder sent none, or a blank one. */
  | { readonly type: 'publish'; readonly streamName: string | undefined; readonly publishType: string }
  | {
      readonly type: 'close';
      readonly code: PublishCloseCode;
      readonly reason: string;
      readonly reply?: RtmpMessage[];
    };

/** Reasons for closing a session, besides the codes of `ProtocolError`. */
export type PublishCloseCode =
  | 'BYTES_BEFORE_PUBLISH'
  | 'MESSAGES_BEFORE_PUBLISH'
  | 'BYTES_WHILE_WAITING'
  | 'COMMAND_OUT_OF_ORDER'
  | 'MEDIA_BEFORE_PUBLISH'
  | 'WRONG_APP'
  | 'PLAY_REFUSED';

export interface CommandRules {
  /** The one app that is served. */
  readonly app: string;
  /** The Window Acknowledgement Size and peer bandwidth we send, in bytes. */
  readonly windowBytes: number;
}

type Handler = (command: Command, phase: CommandPhase, rules: CommandRules) => Step;

/** The effect of each command in each phase. A command not listed for the current phase is answered with `_error`. */
export const transitions: Readonly<Record<CommandPhase, Readonly<Record<string, Handler>>>> = {
  connecting: {
    connect,
    createStream: outOfOrder,
    publish: outOfOrder,
    releaseStream: outOfOrder,
    FCPublish: outOfOrder,
    play: outOfOrder,
  },
  connected: {
    connect: outOfOrder,
    releaseStream: acknowledge,
    FCPublish: acknowledge,
    _checkbw: acknowledge,
    getStreamLength: answerZero,
    createStream,
    publish: outOfOrder,
    play: refusePlay,
    play2: refusePlay,
    FCSubscribe: acknowledge,
    FCUnpublish: acknowledge,
    deleteStream,
    closeStream: acknowledge,
  },
  'stream-created': {
    connect: outOfOrder,
    releaseStream: acknowledge,
    FCPublish: acknowledge,
    _checkbw: acknowledge,
    getStreamLength: answerZero,
    createStream,
    publish,
    play: refusePlay,
    play2: refusePlay,
    FCSubscribe: acknowledge,
    FCUnpublish: acknowledge,
    deleteStream,
    closeStream: acknowledge,
  },
};

/** The effect of a command in a phase. Responses (`_result`, `onBWDone` …) and notifications are ignored. */
export function stepFor(command: Command, phase: CommandPhase, rules: CommandRules): Step {
  const row = transitions[phase];
  const handler = Object.hasOwn(row, command.name) ? row[command.name] : undefined;
  if (handler) return handler(command, phase, rules);
  if (command.transactionId === 0 || command.name.startsWith('_'))
    return { type: 'go', to: phase, reply: [] };
  const info = { level: 'error', code: 'NetConnection.Call.Failed', description: 'Unknown command.' };
  return { type: 'go', to: phase, reply: [answer('_error', command, null, info)] };
}

function connect(command: Command, _phase: CommandPhase, rules: CommandRules): Step {
  const facts = isObject(command.args[0]) ? command.args[0] : {};
  const [app = '', ...inApp] = pathOf(text(facts.app) ?? '');
  if (app !== rules.app) {
    const description = `This server only serves the app '${rules.app}': the URL must end in /${rules.app}, followed by the key.`;
    const info = { level: 'error', code: 'NetConnection.Connect.InvalidApp', description };
    return {
      type: 'close',
      code: 'WRONG_APP',
      reason: description,
      reply: [answer('_error', command, null, info)],
    };
  }
  const properties = { fmsVer: 'FMS/3,5,7,7009', capabilities: 31, mode: 1 };
  const info = {
    level: 'status',
    code: 'NetConnection.Connect.Success',
    description: 'Connection succeeded.',
    objectEncoding: 0,
  };
  const { windowBytes } = rules;
  const [, server = '', path = ''] = /^([a-z]+:\/\/[^/?]*)(.*)$/is.exec(text(facts.tcUrl) ?? '') ?? [];
  const [, ...inUrl] = pathOf(path);
  const urlKey = [inApp, inUrl].find((parts) => parts.length > 0)?.join('/');
  const tcUrl = inUrl.length > 0 ? `${server}/${app}` : text(facts.tcUrl);
  return {
    type: 'go',
    to: 'connected',
    connect: {
      app,
      ...optional('urlKey', urlKey),
      ...optional('flashVer', text(facts.flashVer)),
      ...optional('tcUrl', tcUrl),
    },
    reply: [
      encodeControl({ kind: 'window-ack-size', windowBytes }),
      encodeControl({ kind: 'set-peer-bandwidth', windowBytes, limit: 'dynamic' }),
      encodeControl({ kind: 'set-chunk-size', chunkSize: 4096 }),
      answer('_result', command, properties, info),
    ],
  };
}

function createStream(command: Command): Step {
  return {
    type: 'go',
    to: 'stream-created',
    reply: [answer('_result', command, null, publishMessageStreamId)],
  };
}

function deleteStream(command: Command, phase: CommandPhase): Step {
  return {
    type: 'go',
    to: deletesAnother(command) ? phase : 'connected',
    reply: answered(command, undefined),
  };
}

function publish(command: Command): Step {
  const [, streamName, publishType] = command.args;
  const name = text(streamName) ?? '';
  const isBlank = pathOf(name).length === 0;
  return {
    type: 'publish',
    streamName: isBlank ? undefined : name,
    publishType: text(publishType) ?? 'live',
  };
}

function refusePlay(): Step {
  const description = 'This server only accepts publishers; viewers play DASH or HLS from the playback URL.';
  const status = statusCommand({ level: 'error', code: 'NetStream.Play.Failed', description });
  const reply = [encodeCommand(status, publishMessageStreamId)];
  return { type: 'close', code: 'PLAY_REFUSED', reason: description, reply };
}

function acknowledge(command: Command, phase: CommandPhase): Step {
  return { type: 'go', to: phase, reply: answered(command, undefined) };
}

function answerZero(command: Command, phase: CommandPhase): Step {
  return { type: 'go', to: phase, reply: answered(command, 0) };
}

function outOfOrder(command: Command, phase: CommandPhase): Step {
  return { type: 'close', code: 'COMMAND_OUT_OF_ORDER', reason: `received ${command.name} while ${phase}` };
}

/** Transaction id 0 expects no response (7.1.1). */
function answered(command: Command, value: Amf0Value): RtmpMessage[] {
  return command.transactionId === 0 ? [] : [answer('_result', command, null, value)];
}

function answer(name: '_result' | '_error', command: Command, ...args: Amf0Value[]): RtmpMessage {
  return encodeCommand({ name, transactionId: command.transactionId, args });
}

/** The parts of an app or of a URL's path. Flash clients name the default instance of an app. */
function pathOf(path: string): string[] {
  const [names = ''] = path.split('?', 1);
  return names
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '_definst_');
}

const text = (value: Amf0Value): string | undefined => (typeof value === 'string' ? value : undefined);

function optional<Key extends string>(key: Key, value: string | undefined): { [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: string });
}
