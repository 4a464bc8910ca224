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
  /** The deployment's name; prefix of the accelerator's name. */
  readonly name: string;
  /** Name of the target region. */
  readonly region: string;
  /** Broadcasters then use `<region>.ingest.<domain>`. @default the accelerator's own name */
  readonly domain?: Deployment['domain'];
}

/**
 * The entry point of one region, in the pop stack: two fixed anycast addresses that bring a broadcaster onto AWS's network at
 * the nearest point of presence and from there to the region of their stream. The region attaches itself (`PopEndpoint`) using
 * the ARNs in SSM parameters, so this stack must be deleted after the region's.
 *
 * One per region, because a stream, its key and its lease belong to one region: an accelerator for all regions would take a
 * broadcaster, or a reconnect, to a region that does not know the stream (docs/decisions/0010).
 *
 * All listeners are always there, also that for plain RTMP: which ones lead anywhere is the region's choice. A listener can't be deleted
 * while a region is attached to it, and this stack is deployed before the region's (docs/decisions/0029). One that no region is
 * attached to costs nothing and answers nobody.
 *
 * IPv4 only: IPv6 would have to be enabled on every balancer and every task too, and broadcasters without IPv4 can use NAT64.
 *
 * Flow logs of the accelerator are off: it preserves the broadcaster's address, so the region's flow logs contain it.
 */
export class PopAccelerator extends Construct {
  /** The host name for broadcasters. */
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
        // There is only one endpoint, and any proxy of the region finds a stream's worker, so no affinity is needed.
        clientAffinity: ClientAffinity.NONE,
      });
      return [`${listenerId}Arn`, parameter, listener.listenerArn] as const;
    };
    const values = [
      listen('Tls', TCP, publicPorts.tls, parameters.tlsListenerArn),
      listen('Udp', UDP, publicPorts.srt, parameters.udpListenerArn),
      listen('Rtmp', TCP, publicPorts.rtmp, parameters.rtmpListenerArn),
      ['DnsName', parameters.dnsName, accelerator.dnsName] as const,
    ];
    const alias =
      props.domain &&
      new ARecord(this, 'Alias', {
        zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', {
          hostedZoneId: props.domain.hostedZoneId,
          zoneName: props.domain.name,
        }),
        recordName: `${this.ingestHost}.`,
        target: RecordTarget.fromAlias(new GlobalAcceleratorTarget(accelerator)),
      });

    for (const [parameterId, parameterName, stringValue] of values) {
      const parameter = new StringParameter(this, parameterId, { parameterName, stringValue });
      // Regions read them: they appear once the whole entry point works.
      parameter.node.addDependency(accelerator, ...(alias ? [alias] : []));
    }
  }
}
