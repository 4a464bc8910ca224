import { Duration } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  type HeadersReferrerPolicy,
  ResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import { type ConsoleReach, securityHeaders } from '../../player/policy/headers.ts';
import { allowedHeaders, allowedMethods, exposedHeaders, preflightMaxAgeSeconds } from '../policy/cors.ts';

export interface EdgeResponseHeadersProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** What the console connects to. @default there is no console: nothing but the page's own origin */
  readonly pageConnects?: readonly string[];
}

/**
 * Headers that the edge adds to responses: media may be read by any page, and the page may only connect to hosts of the platform and
 * of the console's issuer.
 */
export class EdgeResponseHeaders extends Construct {
  readonly media: ResponseHeadersPolicy;
  readonly page: ResponseHeadersPolicy;
  /** For the viewer page, which has no console. */
  readonly viewerPage: ResponseHeadersPolicy;
  /** For the embedded player. Who may frame it stands in the document's own policy; without one, nobody may. */
  readonly embeddedPlayer: ResponseHeadersPolicy;

  constructor(scope: Construct, id: string, { deployment, pageConnects = [] }: EdgeResponseHeadersProps) {
    super(scope, id);
    this.media = new ResponseHeadersPolicy(this, 'Media', {
      responseHeadersPolicyName: `${deployment}-media`,
      corsBehavior: {
        accessControlAllowOrigins: ['*'],
        accessControlAllowMethods: [...allowedMethods],
        accessControlAllowHeaders: [...allowedHeaders],
        accessControlExposeHeaders: [...exposedHeaders],
        accessControlMaxAge: Duration.seconds(preflightMaxAgeSeconds),
        accessControlAllowCredentials: false,
        originOverride: true,
      },
      customHeadersBehavior: {
        customHeaders: [{ header: 'Timing-Allow-Origin', value: '*', override: true }],
      },
      // How the edge obtained a response, as the local edge reports it too.
      serverTimingSamplingRate: 100,
    });
    this.page = this.#page('Page', `${deployment}-page`, { connects: pageConnects });
    // Without the console: opening it from there loads the page anew.
    this.viewerPage = this.#page('ViewerPage', `${deployment}-page-viewer`);
    this.embeddedPlayer = this.#page('EmbeddedPlayer', `${deployment}-page-embedded`, { ownPolicy: true });
  }

  #page(
    id: string,
    name: string,
    { connects = [], ownPolicy = false }: ConsoleReach & { readonly ownPolicy?: boolean } = {},
  ): ResponseHeadersPolicy {
    const headers = securityHeaders({ connects });
    return new ResponseHeadersPolicy(this, id, {
      responseHeadersPolicyName: name,
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: headers['Content-Security-Policy'],
          override: !ownPolicy,
        },
        contentTypeOptions: { override: true },
        // It has no value for some sites, and would stay beside a policy that lets them.
        ...(!ownPolicy && {
          frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        }),
        referrerPolicy: {
          referrerPolicy: headers['Referrer-Policy'] as HeadersReferrerPolicy,
          override: true,
        },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          // Other names below the domain are not under our control.
          includeSubdomains: false,
          override: true,
        },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: 'Permissions-Policy', value: headers['Permissions-Policy'], override: true },
        ],
      },
    });
  }
}
