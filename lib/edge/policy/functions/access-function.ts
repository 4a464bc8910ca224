import {
  deniedBody,
  deniedPathPattern,
  deniedRecordingPattern,
  isDenied,
  plainPathPattern,
} from '../access/denial.ts';
import { bornSignedPattern, playbackRefusals, playbackSource } from '../access/playback.ts';
import { tokenPathPattern, tokenPattern, tokenSource } from '../access/playback-token.ts';
import { plainHead, preflight } from '../response.ts';
import { functionAnswer } from './function-response.ts';
import { requestCheckSource } from './request-check.ts';

const unknownBody = JSON.stringify({ status: 404, title: 'Not found.' });
const problemHead = plainHead(404, 'application/problem+json', unknownBody.length);

/** The message it logs if the store cannot be read; it logs nothing else, above all no path. */
export const unreadableWords = 'the edge store cannot be read';

/**
 * What the edge checks before its cache, as a CloudFront Function (runtime 2.0), for every media request, hit or miss. CloudFront
 * allows one function per behaviour, so it puts together the checks of several files: what may become a cache key
 * (request-check.ts), what was taken down or deleted (denial.ts) and who may watch (playback.ts). Returns the function's source.
 *
 * CloudFront passes on paths verbatim, including escapes, and S3 decodes them; so a path that is not in our canonical spelling is
 * answered with 404. The token is taken off the path, so it is in no cache key and reaches no origin. Preflights are answered here:
 * a page must be able to read a refusal, and the origin has nothing to say.
 *
 * If the store cannot be read, streams and broadcasts that began as signed stay closed (503), and so does a stream that is known to have
 * an entry. Others stay open: what was taken down or deleted still has no objects, because they are in quarantine or gone, and out of the caches.
 */
export function accessFunctionCode(): string {
  const bodies = [
    ['denied', deniedBody],
    ['unknown', unknownBody],
    ...Object.entries(playbackRefusals).map(([code, { body }]) => [code, body]),
  ].map(([name, body]) => `  ${name}: ${JSON.stringify(body)},`);
  return `import cf from 'cloudfront';
const crypto = require('crypto');

const store = cf.kvs();
const plainPath = ${plainPathPattern};
const deniedPath = ${deniedPathPattern};
const deniedRecording = ${deniedRecordingPattern};
const tokenPathPattern = ${tokenPathPattern};
const tokenPattern = ${tokenPattern};
const bornSignedPattern = ${bornSignedPattern};
const preflight = ${functionAnswer(preflight)};
const problem = ${functionAnswer(problemHead)};
const bodies = {
${bodies.join('\n')}
};

async function handler(event) {
  const request = event.request;
  if (request.method === 'OPTIONS') return preflight;
  const split = splitToken(request.uri);
  const path = split.path;
  request.uri = path;
  if (!plainPath.test(path) || !isOurRequest(request)) return answer(request, 'unknown');
  const found = deniedPath.exec(path);
  if (found === null) return request;
  const streamPath = found[1];
  let entry = '';
  let known = bornSignedPattern.test(path);
  try {
    if (await store.exists(streamPath)) {
      known = true;
      entry = await store.get(streamPath);
    }
    if (isDenied(entry)) return answer(request, 'denied');
    const recording = deniedRecording.exec(path);
    if (recording !== null && (await store.exists(recording[1])) && isDenied(await store.get(recording[1]))) {
      return answer(request, 'denied');
    }
    if (!needsToken(path, entry)) return request;
    known = true;
    let fault = 'missing';
    if (split.token !== '') {
      const keys = await store.get(signingKeysKey(streamPath.split('/')[0]));
      const since = notBeforeOf(entry);
      fault = tokenFault(split.token, streamPath, keys, since, event.viewer.ip, Date.now());
      if (fault === '' && (await store.exists(revokedKey(streamPath, sessionOf(split.token))))) fault = 'revoked';
    }
    return fault === '' ? request : answer(request, fault);
  } catch (fault) {
    console.log('${unreadableWords}: ' + fault);
    return known ? answer(request, 'unreadable') : request;
  }
}

function answer(request, name) {
  const body = bodies[name];
  const statusCode = JSON.parse(body).status;
  const later = statusCode === 503 ? { 'retry-after': { value: '1' } } : {};
  const headers = Object.assign({}, problem.headers, later);
  const head = { statusCode: statusCode, headers: headers };
  return request.method === 'HEAD' ? head : Object.assign(head, { body: body });
}

${sharedSource}

${requestCheckSource}`;
}

/** Where types were stripped, blanks are left. */
const sharedSource = [String(isDenied), playbackSource, tokenSource].join('\n').replace(/(\S) {2,}/g, '$1 ');
