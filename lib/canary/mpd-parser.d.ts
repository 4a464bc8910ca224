/** What the tests use of mpd-parser, which has no types of its own. */
declare module 'mpd-parser' {
  export interface MpdSegment {
    readonly resolvedUri: string;
    readonly duration: number;
    readonly presentationTime: number;
    readonly timeline: number;
    readonly map: { readonly resolvedUri: string };
  }
  export interface MpdPlaylist {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly segments: readonly MpdSegment[];
    readonly endList: boolean;
    readonly mediaSequence: number;
  }
  export interface MpdManifest {
    readonly playlists: readonly MpdPlaylist[];
    readonly mediaGroups: {
      readonly AUDIO: Readonly<
        Record<string, Readonly<Record<string, { readonly playlists: readonly MpdPlaylist[] }>>>
      >;
    };
  }
  export function parse(
    text: string,
    options: { manifestUri: string; NOW?: number; eventHandler?: (event: { message: string }) => void },
  ): MpdManifest;
  export function parseUTCTiming(text: string): { method: string; value: string } | null;
}
