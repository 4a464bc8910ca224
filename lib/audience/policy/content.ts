/** What a viewer watches, as its path says: the stream, and the broadcast where the path has one. */
export interface Content {
  /** `<region>/<stream>`. */
  readonly streamPath: string;
  /** Absent in the addresses that stay the same from one broadcast to the next. */
  readonly broadcastId?: string;
}

/** The content of an object's path, `/<region>/<stream>[/<broadcast>/…]/<name>`, without a playback token. */
export function contentOf(path: string): Content | undefined {
  const region = path.indexOf('/', 1);
  const stream = region === -1 ? -1 : path.indexOf('/', region + 1);
  if (stream === -1) return undefined;
  const streamPath = path.slice(1, stream);
  const broadcast = path.indexOf('/', stream + 1);
  return broadcast === -1 ? { streamPath } : { streamPath, broadcastId: path.slice(stream + 1, broadcast) };
}
