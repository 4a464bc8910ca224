import { mediaPathExpression } from '../behaviours.ts';
import {
  keptDirectives,
  mostPartNumber,
  mostSegmentNumber,
  objectNamePattern,
  skipPattern,
  wholeNumberPattern,
} from '../key-grammar.ts';

/**
 * What `cacheKeyOf` does to a request at the local edge, as source for CloudFront Functions (runtime 2.0): a check to put into a
 * handler. `isOurRequest(request)` is false if no object can have this name; otherwise it takes out of the query all that must not
 * reach the cache key. The path must already be in our canonical spelling.
 */
export const requestCheckSource = `const mediaPath = ${new RegExp(mediaPathExpression())};
const objectName = ${objectNamePattern};
const wholeNumberPattern = ${wholeNumberPattern};
const mostSegmentNumber = ${mostSegmentNumber};
const mostPartNumber = ${mostPartNumber};
const skipPattern = ${skipPattern};

function isOurRequest(request) {
  if (mediaPath.test(request.uri) && !objectName.test(request.uri)) return false;
  const query = request.querystring;
  const kept = {};
  keptDirectives((name) => directiveValue(query[name])).forEach((pair) => {
    kept[pair[0]] = { value: pair[1] };
  });
  request.querystring = kept;
  return true;
}

function directiveValue(parameter) {
  if (parameter === undefined) return '';
  try {
    return decodeURIComponent(parameter.multiValue ? parameter.multiValue[0].value : parameter.value);
  } catch (fault) {
    return '';
  }
}

${keptDirectives}
`;
