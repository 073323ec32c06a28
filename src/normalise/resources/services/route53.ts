/** Route 53 and its Resolver. */
import { readId } from '../ids.js'
import { Kind } from '../kind.js'
import { type Service, reads } from '../service.js'

/** Responses have `/hostedzone/Z…`; `/change/C…` under the same name is not a zone. */
const HOSTED_ZONE = new Kind('AWS::Route53::HostedZone', 'arn:P:route53:::hostedzone/NAME', {
  name: (value) => {
    const id = value.replace(/^\/?hostedzone\//, '')
    return id.includes('/') ? null : id
  },
})
const HEALTH_CHECK = new Kind('AWS::Route53::HealthCheck', 'arn:P:route53:::healthcheck/NAME')
const ID = reads(readId)

export const route53: Service = {
  name: 'route53',
  sources: ['route53'],
  parameters: { hostedZoneId: HOSTED_ZONE, healthCheckId: HEALTH_CHECK, vPCId: ID },
  within: { hostedZone: { id: HOSTED_ZONE }, healthCheck: { id: HEALTH_CHECK } },
  calls: [{ name: /HostedZone|ResourceRecordSets/, parameters: { id: HOSTED_ZONE } }],
}

export const route53resolver: Service = {
  name: 'route53resolver',
  sources: ['route53resolver'],
  parameters: {
    resolverQueryLogConfigId: new Kind(
      'AWS::Route53Resolver::ResolverQueryLoggingConfig',
      'arn:P:route53resolver:R:A:resolver-query-log-config/NAME',
    ),
    resolverEndpointId: new Kind(
      'AWS::Route53Resolver::ResolverEndpoint',
      'arn:P:route53resolver:R:A:resolver-endpoint/NAME',
    ),
    resolverRuleId: new Kind(
      'AWS::Route53Resolver::ResolverRule',
      'arn:P:route53resolver:R:A:resolver-rule/NAME',
    ),
    firewallRuleGroupId: new Kind(
      'AWS::Route53Resolver::FirewallRuleGroup',
      'arn:P:route53resolver:R:A:firewall-rule-group/NAME',
    ),
    firewallDomainListId: new Kind(
      'AWS::Route53Resolver::FirewallDomainList',
      'arn:P:route53resolver:R:A:firewall-domain-list/NAME',
    ),
    resourceId: ID,
  },
}
