import { notAfter, type Rule } from './rule.ts';

/** A service that names capacity providers, or leaves it to its cluster, starts once the cluster has them. */
export const capacityIsAssociated: Rule = (graph) =>
  graph.ofType('AWS::ECS::Service').flatMap((service) => {
    const { LaunchType, Cluster } = service.properties;
    if (LaunchType !== undefined) return [];
    const clusters = graph.readIn(service, Cluster);
    const associations = graph
      .ofType('AWS::ECS::ClusterCapacityProviderAssociations')
      .filter((association) =>
        graph
          .readIn(association, association.properties.Cluster)
          .some((cluster) => clusters.includes(cluster)),
      );
    if (associations.length === 0) return [`${service.id} names a capacity provider that no cluster has.`];
    return notAfter(graph, service, associations);
  });

/** ECS refuses a service whose target group no listener uses. */
export const listenersComeFirst: Rule = (graph) =>
  graph.ofType('AWS::ECS::Service').flatMap((service) =>
    graph
      .readIn(service, service.properties.LoadBalancers)
      .filter(({ type }) => type === 'AWS::ElasticLoadBalancingV2::TargetGroup')
      .flatMap((group) => {
        const listeners = graph
          .ofType('AWS::ElasticLoadBalancingV2::Listener', 'AWS::ElasticLoadBalancingV2::ListenerRule')
          .filter((listener) => graph.readIn(listener, listener.properties).includes(group));
        if (listeners.length === 0)
          return [`${service.id} is in ${group.logicalId}, which no listener uses.`];
        return notAfter(graph, service, listeners);
      }),
  );
