// The builds' own types declare the same global namespace, each a part of the full one's.
declare module 'shaka-player/dist/shaka-player.dash-es2021.js' {
  export { default } from 'shaka-player/dist/shaka-player.compiled-es2021.js';
}
declare module 'shaka-player/dist/shaka-player.hls-es2021.js' {
  export { default } from 'shaka-player/dist/shaka-player.compiled-es2021.js';
}
