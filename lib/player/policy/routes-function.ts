import { pageRoutes } from './routes.ts';

/**
 * The page's routes as a CloudFront Function (runtime 2.0), with the same result as `fileFor`: a page route gets
 * `/index.html`, a name with an extension is a file, and anything else is a readable 404. (Here the 404 has its own
 * page: a function can return a file or a status, not both.) Returns the function's source.
 */
export function routesFunctionCode(routes: readonly RegExp[] = pageRoutes): string {
  return `'use strict';

var routes = [${routes.map(String).join(', ')}];
var missing = {
  statusCode: 404,
  headers: {
    'content-type': { value: 'text/html; charset=utf-8' },
    'cache-control': { value: 'no-cache' },
    'content-security-policy': { value: "default-src 'none'" },
  },
  body: ${JSON.stringify(missingPage)},
};

function handler(event) {
  var request = event.request;
  if (/\\.[a-z0-9]+$/i.test(request.uri)) return request;
  for (var index = 0; index < routes.length; index++) {
    if (routes[index].test(request.uri)) {
      request.uri = '/index.html';
      return request;
    }
  }
  return missing;
}
`;
}

const missingPage =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page not found</title></head>' +
  '<body><h1>Page not found</h1><p>The address may be mistyped, or the page may have moved.</p>' +
  '<p><a href="/">Go to the home page</a></p></body></html>';
