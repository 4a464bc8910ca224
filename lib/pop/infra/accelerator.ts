import {
  Accelerator,
  ClientAffinity,
  ConnectionProtocol,
  IpAddressType,
} from 'aws-cdk-lib/aws-globalaccelerator';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { GlobalAcceleratorTarget } from 'aws-cdk-lib/aws-route53-targets';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { ingestHostName, popParameters } from '../../config/names.ts';
import { publicPorts } from '../../region/policy/tcp-ports.ts';

export interface PopAcceleratorProps {
  /** The deployment's name; begins the accelerator's. */
  readonly name: string;
  /** Name of the region that it leads to. */
  readonly region: string;
  /** Whether RTMP without TLS is taken, on TCP 1935. */
  readonly plainRtmp: boolean;
  /** Broadcasters then use `<region>.ingest.<domain>`. @default the accelerator's own name */
  readonly domain?: Deployment['domain'];
}

/**
 * The way into one region, in the pop stack: two fixed addresses, announced everywhere, that bring a broadcaster onto AWS's
 * network at the point of presence nearest to them and from there to the region that has their stream. The region attaches
 * itself (`PopEndpoint`) by the ARNs that stand in SSM parameters here, so this stack has to be deleted after it.
 *
 * One a region, because a stream, its key and its lease are of one region: an accelerator over all of them would take a
 * broadcaster, or a reconnect, to a region that does not know the stream (docs/decisions/0010).
 *
 * IPv4 alone: with IPv6 every balancer and every task would need it too, and broadcasters without IPv4 come through NAT64.
 *
 * Flow logs of the accelerator are off: it hands the broadcaster's address on, so the region's flow logs have it.
 */
export class PopAccelerator extends Construct {
  /** The name that broadcasters are told. */
  readonly ingestHost: string;

  constructor(scope: Construct, id: string, props: PopAcceleratorProps) {
    super(scope, id);
    const accelerator = new Accelerator(this, 'Accelerator', {
      acceleratorName: `${props.name}-${props.region}`,
      ipAddressType: IpAddressType.IPV4,
    });
    this.ingestHost = props.domain ? ingestHostName(props.domain.name, props.region) : accelerator.dnsName;

    const parameters = popParameters(props.name, props.region);
    const { TCP, UDP } = ConnectionProtocol;
    const listen = (listenerId: string, protocol: ConnectionProtocol, port: number, parameter: string) => {
      const listener = accelerator.addListener(listenerId, {
        protocol,
        portRanges: [{ fromPort: port }],
        // There is one endpoint, and any of the region's proxies finds a stream's worker: nothing has to stay together.
        clientAffinity: ClientAffinity.NONE,
      });
      this.#publish(`${listenerId}Arn`, parameter, listener.listenerArn);
    };
    listen('Tls', TCP, publicPorts.tls, parameters.tlsListenerArn);
    listen('Udp', UDP, publicPorts.srt, parameters.udpListenerArn);
    if (props.plainRtmp) listen('Rtmp', TCP, publicPorts.rtmp, parameters.rtmpListenerArn);
    this.#publish('DnsName', parameters.dnsName, accelerator.dnsName);

    if (props.domain) {
      new ARecord(this, 'Alias', {
        zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', {
          hostedZoneId: props.domain.hostedZoneId,
          zoneName: props.domain.name,
        }),
        recordName: `${this.ingestHost}.`,
        target: RecordTarget.fromAlias(new GlobalAcceleratorTarget(accelerator)),
      });
    }
  }

  #publish(id: string, parameterName: string, stringValue: string): void {
    new StringParameter(this, id, { parameterName, stringValue });
  }
}
