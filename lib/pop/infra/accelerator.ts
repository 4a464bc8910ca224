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
import { popParameters } from '../../config/names.ts';
import { publicPorts } from '../../region/policy/ports.ts';

export interface PopAcceleratorProps {
  /** The deployment's name, and the accelerator's. */
  readonly name: string;
  /** Whether RTMP without TLS is taken, on TCP 1935. */
  readonly plainRtmp: boolean;
  /** Broadcasters then use `ingest.<domain>`. @default the accelerator's own name */
  readonly domain?: Deployment['domain'];
}

/**
 * The way in, in the pop stack: two fixed addresses, announced everywhere, that bring a broadcaster onto AWS's network near
 * to them and from there to the nearest healthy region. Regions attach themselves (`PopEndpoint`) by the ARNs that stand in
 * SSM parameters here, so this stack knows none of them, and has to be deleted after them.
 *
 * IPv4 alone: with IPv6 every balancer and every task would need it too, and broadcasters without IPv4 come through NAT64.
 *
 * Flow logs of the accelerator are off: it hands the broadcaster's address on, so the regions' flow logs have it.
 */
export class PopAccelerator extends Construct {
  /** The accelerator's own name. */
  readonly dnsName: string;
  /** The name that broadcasters are told. */
  readonly ingestHost: string;

  constructor(scope: Construct, id: string, props: PopAcceleratorProps) {
    super(scope, id);
    const accelerator = new Accelerator(this, 'Accelerator', {
      acceleratorName: props.name,
      ipAddressType: IpAddressType.IPV4,
    });
    this.dnsName = accelerator.dnsName;
    this.ingestHost = props.domain ? `ingest.${props.domain.name}` : accelerator.dnsName;

    const parameters = popParameters(props.name);
    const { TCP, UDP } = ConnectionProtocol;
    const listen = (listenerId: string, protocol: ConnectionProtocol, port: number, parameter: string) => {
      const listener = accelerator.addListener(listenerId, {
        protocol,
        portRanges: [{ fromPort: port }],
        // A region has one endpoint, and any of its proxies finds a stream's worker: nothing has to stay together.
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
