import { useEffect, useState } from 'preact/hooks';
import type { PlaybackSession } from '../api/types.ts';
import { carryToken } from '../model/playback-link.ts';

/**
 * The playback tokens that this tab has, by stream, and the links made in its console. Kept in memory only: browser storage is no place
 * for secrets.
 */
export class PlaybackLinks {
  readonly #tokens = new Map<string, string>();
  readonly #made = new Map<string, readonly PlaybackSession[]>();
  readonly #listeners = new Set<() => void>();

  tokenOf(streamId: string): string | undefined {
    return this.#tokens.get(streamId);
  }

  use(streamId: string, token: string): void {
    if (this.#tokens.get(streamId) === token) return;
    this.#tokens.set(streamId, token);
    this.#changed();
  }

  /** The console makes itself a new one. */
  forget(streamId: string): void {
    if (this.#tokens.delete(streamId)) this.#changed();
  }

  /** A media URL of the stream, with its token if there is one. */
  carry(streamId: string, url: string): string {
    return carryToken(url, this.#tokens.get(streamId));
  }

  /** Newest first. */
  madeFor(streamId: string): readonly PlaybackSession[] {
    return this.#made.get(streamId) ?? [];
  }

  addMade(streamId: string, session: PlaybackSession): void {
    this.keepMade(streamId, [session, ...this.madeFor(streamId)]);
  }

  keepMade(streamId: string, sessions: readonly PlaybackSession[]): void {
    this.#made.set(streamId, sessions);
    this.#changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Renders again when a link changes. */
export function useLinks(links: PlaybackLinks): void {
  const [, setTurn] = useState(0);
  useEffect(() => links.subscribe(() => setTurn((before) => before + 1)), [links]);
}
