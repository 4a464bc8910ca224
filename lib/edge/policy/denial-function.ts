import {
  deniedBody,
  deniedHead,
  deniedPathPattern,
  deniedRecordingPattern,
  plainPathPattern,
} from './denial.ts';
import { functionAnswer } from './function-response.ts';
import { requestCheckSource } from './request-check.ts';
import { plainHead } from './response.ts';

const unknownBody = JSON.stringify({ status: 404, title: 'Not found.' });
const unknownHead = plainHead(404, 'application/problem+json', unknownBody.length);

/** The message it logs if the store cannot be read; it logs nothing else. */
export const unreadableWords = 'denials cannot be read';

/**
 * What the edge checks before its cache, as a CloudFront Function (runtime 2.0), for every media request, hit or miss. CloudFront
 * allows one function per behaviour, so it puts together the checks of several files: denials, and what may become a cache key
 * (request-check.ts).
 *
 * CloudFront passes on paths verbatim, including escapes, and S3 decodes them; so a path that is not in our canonical spelling is
 * answered with 404 here. Preflights pass, so that a page can read the 410 instead of failing the CORS check. Returns the function's
 * source.
 *
 * Fails open if the store cannot be read. Failing closed, a fault in the store would black out every viewer of every stream;
 * failing open, a taken-down stream still has no objects, because they are in quarantine and out of the caches.
 */
export function denialFunctionCode(): string {
  return `import cf from 'cloudfront';

const denials = cf.kvs();
const plainPath = ${plainPathPattern};
const deniedPath = ${deniedPathPattern};
const deniedRecording = ${deniedRecordingPattern};
const denied = ${functionAnswer(deniedHead)};
const unknown = ${functionAnswer(unknownHead)};

async function handler(event) {
  const request = event.request;
  if (request.method === 'OPTIONS') return request;
  if (!plainPath.test(request.uri) || !isOurRequest(request)) {
    return answer(request, unknown, ${JSON.stringify(unknownBody)});
  }
  const found = deniedPath.exec(request.uri);
  if (found === null) return request;
  const recording = deniedRecording.exec(request.uri);
  try {
    let isDenied = await denials.exists(found[1]);
    if (!isDenied && recording !== null) isDenied = await denials.exists(recording[1]);
    if (!isDenied) return request;
  } catch (fault) {
    console.log('${unreadableWords}: ' + fault);
    return request;
  }
  return answer(request, denied, ${JSON.stringify(deniedBody)});
}

function answer(request, head, body) {
  return request.method === 'HEAD' ? head : Object.assign({}, head, { body: body });
}

${requestCheckSource}`;
}
