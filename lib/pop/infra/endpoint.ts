import { Stack } from 'aws-cdk-lib';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { EndpointGroup, Listener } from 'aws-cdk-lib/aws-globalaccelerator';
import { NetworkLoadBalancerEndpoint } from 'aws-cdk-lib/aws-globalaccelerator-endpoints';
import { Construct } from 'constructs';
import { popParameters, popRegion } from '../../config/names.ts';
import type { RemoteParameters } from '../../infra/remote-parameters.ts';

export interface PopEndpointProps {
  /** The deployment's name. */
  readonly name: string;
  /** Whether RTMP without TLS is accepted, on TCP 1935. */
  readonly plainRtmp: boolean;
  readonly balancer: NetworkLoadBalancer;
  readonly remoteParameters: RemoteParameters;
}

/**
 * Attaches a region to the accelerator: an endpoint group per listener, containing the region's balancer. The listeners' ARNs
 * are read from the pop stack's parameters during the deploy, so the pop must be deployed first.
 *
 * The balancer listens on the accelerator's own ports, so none is overridden. Its health is determined by its target groups:
 * Global Accelerator does not use an endpoint group's own health check for a load balancer.
 */
export class PopEndpoint extends Construct {
  constructor(scope: Construct, id: string, props: PopEndpointProps) {
    super(scope, id);
    const parameters = popParameters(props.name, Stack.of(this).region);
    this.#attach(props, 'Tls', parameters.tlsListenerArn);
    this.#attach(props, 'Udp', parameters.udpListenerArn);
    if (props.plainRtmp) this.#attach(props, 'Rtmp', parameters.rtmpListenerArn);
  }

  #attach({ balancer, remoteParameters }: PopEndpointProps, id: string, parameter: string): void {
    const listenerArn = remoteParameters.read(`${id}ListenerArn`, { region: popRegion, name: parameter });
    new EndpointGroup(this, id, {
      listener: Listener.fromListenerArn(this, `${id}Listener`, listenerArn),
      region: Stack.of(this).region,
      // Turn it down by hand to drain a region; existing connections stay.
      trafficDialPercentage: 100,
      endpoints: [new NetworkLoadBalancerEndpoint(balancer, { preserveClientIp: true })],
    });
  }
}
