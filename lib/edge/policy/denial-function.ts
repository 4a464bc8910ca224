import { deniedBody, deniedHead, deniedPathPattern, plainPathPattern } from './denial.ts';
import { functionAnswer } from './function-answer.ts';
import { plainHead } from './response.ts';

const unknownBody = JSON.stringify({ status: 404, title: 'There is nothing at this path.' });
const unknownHead = plainHead(404, 'application/problem+json', unknownBody.length);

/** What it logs where the store cannot be read; it logs nothing else. */
export const unreadableWords = 'denials cannot be read';

/**
 * The rule of denials as a CloudFront Function (runtime 2.0), for every request of media, hit or miss. CloudFront passes paths on
 * as they come, escapes and all, and S3 reads them: so a path that is not spelled as we spell it is answered with 404 here.
 * Preflights pass: a page is to read the 410, not to fail on its way there. Returns the function's source.
 *
 * Where the store cannot be read it lets through. Shut, every viewer of every stream would see black for a fault of the store;
 * open, a stream that was taken down is still without its objects, for those are in quarantine, and out of the caches.
 */
export function denialFunctionCode(): string {
  return `import cf from 'cloudfront';

const denials = cf.kvs();
const plainPath = ${plainPathPattern};
const deniedPath = ${deniedPathPattern};
const denied = ${functionAnswer(deniedHead)};
const unknown = ${functionAnswer(unknownHead)};

async function handler(event) {
  const request = event.request;
  if (request.method === 'OPTIONS') return request;
  if (!plainPath.test(request.uri)) return answer(request, unknown, ${JSON.stringify(unknownBody)});
  const found = deniedPath.exec(request.uri);
  if (found === null) return request;
  try {
    if (!(await denials.exists(found[1]))) return request;
  } catch (fault) {
    console.log('${unreadableWords}: ' + fault);
    return request;
  }
  return answer(request, denied, ${JSON.stringify(deniedBody)});
}

function answer(request, head, body) {
  return request.method === 'HEAD' ? head : Object.assign({}, head, { body: body });
}
`;
}
