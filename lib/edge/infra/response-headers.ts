import { Duration } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  type HeadersReferrerPolicy,
  ResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import { type ConsoleReach, type Framing, securityHeaders } from '../../player/policy/headers.ts';
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
  /** For the viewer page, which any site may show in a frame. */
  readonly embeddablePage: ResponseHeadersPolicy;

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
    // Without the console, which is never in a frame: opening it from there loads the page anew.
    this.embeddablePage = this.#page('EmbeddablePage', `${deployment}-page-embeddable`, { embeddable: true });
  }

  #page(
    id: string,
    name: string,
    { connects = [], ...framing }: Framing & ConsoleReach,
  ): ResponseHeadersPolicy {
    const headers = securityHeaders({ connects }, framing);
    return new ResponseHeadersPolicy(this, id, {
      responseHeadersPolicyName: name,
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: headers['Content-Security-Policy'],
          override: true,
        },
        contentTypeOptions: { override: true },
        ...(!framing.embeddable && {
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
