import { regionPattern } from '../../config/region.ts';
import { oembedPath } from './oembed.ts';
import { embedRoute, pageRoutes } from './routes.ts';

/** Carries the page's URL to the function that makes documents, and is a part of the cache's key. */
export const pageUrlHeader = 'x-headwater-page';

/** A stream's page, as `streamPageAt` reads it; ids are read more loosely here. */
const idPattern = /^[0-9a-z]{16}$/;
const streamPage = /^\/(watch|embed)\/([0-9a-z]{16})\/?$/;

/**
 * The page's routes as a CloudFront Function (runtime 2.0), with the same result as `fileFor`: a page route gets
 * `/index.html`, the embedded player `/embed.html`, a name with an extension is a file, and anything else is a readable 404. (Here the
 * 404 has its own page: a function can return a file or a status, not both.) For streams' pages and oEmbed it says which page it is, for
 * the function behind; without that function the file is what is left. Returns the function's source.
 */
export function routesFunctionCode(routes: readonly RegExp[] = pageRoutes): string {
  return `'use strict';

var routes = [${routes.map(String).join(', ')}];
var embedRoute = ${embedRoute};
var streamPage = ${streamPage};
var region = ${regionPattern};
var id = ${idPattern};
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
  delete request.headers['${pageUrlHeader}'];
  if (request.uri === '${oembedPath}') return at(request, '${oembedPath}');
  var found = streamPage.exec(request.uri);
  if (found !== null) {
    var query = [];
    if (region.test(value(request, 'region'))) query.push('region=' + value(request, 'region'));
    if (id.test(value(request, 'broadcast'))) query.push('broadcast=' + value(request, 'broadcast'));
    at(request, '/' + found[1] + '/' + found[2] + (query.length > 0 ? '?' + query.join('&') : ''));
    request.querystring = {};
    request.uri = found[1] === 'embed' ? '/embed.html' : '/index.html';
    return request;
  }
  if (/\\.[a-z0-9]+$/i.test(request.uri)) return request;
  if (embedRoute.test(request.uri)) {
    request.uri = '/embed.html';
    return request;
  }
  for (var index = 0; index < routes.length; index++) {
    if (routes[index].test(request.uri)) {
      request.uri = '/index.html';
      return request;
    }
  }
  return missing;
}

function value(request, name) {
  var parameter = request.querystring[name];
  return parameter ? parameter.value : '';
}

function at(request, address) {
  var host = request.headers.host;
  if (host) request.headers['${pageUrlHeader}'] = { value: 'https://' + host.value + address };
  return request;
}
`;
}

const missingPage =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page not found</title></head>' +
  '<body><h1>Page not found</h1><p>The address may be mistyped, or the page may have moved.</p>' +
  '<p><a href="/">Go to the home page</a></p></body></html>';
