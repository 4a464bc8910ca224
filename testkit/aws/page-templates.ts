import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import type { RegionDocument, RuntimeConfig } from '../../lib/player/policy/runtime-config.ts';
import { resolveValues } from './resolve-values.ts';

/** What the edge stack uploads as config.json. Values that only a deploy knows are markers there. `directory`: the assembly's. */
export function uploadedConfig(directory: string, edge: Template): RuntimeConfig {
  const uploads = JSON.stringify(edge.findResources('Custom::CDKBucketDeployment'));
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const [, asset] = /^asset\.([0-9a-f]+)\/config\.json$/.exec(name) ?? [];
    if (asset !== undefined && uploads.includes(asset)) {
      return JSON.parse(readFileSync(join(directory, name), 'utf8')) as RuntimeConfig;
    }
  }
  throw new Error('The edge stack uploads no config.json.');
}

/** The document that a region's deploy writes for the page, with its key. `refer`: see `resolveValues`. */
export function regionDocument(
  cell: Template,
  refer?: (name: string) => string,
): { readonly key: string; readonly document: RegionDocument } {
  const [resource] = Object.values(cell.findResources('Custom::PageRegionDocument'));
  const call = JSON.parse(String(resolveValues(resource?.Properties.Create, refer))) as {
    readonly parameters: { readonly Key: string; readonly Body: string };
  };
  return { key: call.parameters.Key, document: JSON.parse(call.parameters.Body) as RegionDocument };
}

/** The Content-Security-Policy in the edge's response headers policy of this name. */
export function pagePolicy(edge: Template, name: string, refer?: (name: string) => string): string {
  const [policy] = Object.values(
    edge.findResources('AWS::CloudFront::ResponseHeadersPolicy', {
      Properties: { ResponseHeadersPolicyConfig: { Name: name } },
    }),
  );
  const { SecurityHeadersConfig } = policy?.Properties.ResponseHeadersPolicyConfig ?? {};
  return String(resolveValues(SecurityHeadersConfig?.ContentSecurityPolicy.ContentSecurityPolicy, refer));
}
