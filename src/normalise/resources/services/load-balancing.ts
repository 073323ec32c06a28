/** Elastic Load Balancing and Auto Scaling. */
import { readId } from '../ids.js'
import { Kind } from '../kind.js'
import { GIVEN, type Service, reads } from '../service.js'

/** Requests name only classic load balancers; newer ones use ARNs, with a hash that the name lacks. */
const CLASSIC = new Kind(
  'AWS::ElasticLoadBalancing::LoadBalancer',
  'arn:P:elasticloadbalancing:R:A:loadbalancer/NAME',
)
const LOAD_BALANCER = new Kind('AWS::ElasticLoadBalancingV2::LoadBalancer', null)
const TARGET_GROUP = new Kind('AWS::ElasticLoadBalancingV2::TargetGroup', null)
const GROUP = new Kind('AWS::AutoScaling::AutoScalingGroup', null)
const ID = reads(readId)

export const elasticloadbalancing: Service = {
  name: 'elasticloadbalancing',
  sources: ['elasticloadbalancing'],
  parameters: {
    loadBalancerName: CLASSIC,
    loadBalancerNames: CLASSIC,
    loadBalancerArn: GIVEN,
    targetGroupArn: GIVEN,
    listenerArn: GIVEN,
    targetGroupName: TARGET_GROUP,
  },
  within: {
    loadBalancers: { loadBalancerName: LOAD_BALANCER },
    targets: { id: ID },
  },
  calls: [
    { name: /^CreateLoadBalancer$/, parameters: { name: LOAD_BALANCER } },
    { name: /^CreateTargetGroup$/, parameters: { name: TARGET_GROUP } },
  ],
}

export const autoscaling: Service = {
  name: 'autoscaling',
  sources: ['autoscaling'],
  parameters: {
    autoScalingGroupName: GROUP,
    autoScalingGroupNames: GROUP,
    launchConfigurationName: new Kind('AWS::AutoScaling::LaunchConfiguration', null),
    launchTemplateName: new Kind('AWS::EC2::LaunchTemplate', null),
    launchTemplateId: ID,
    targetGroupARNs: GIVEN,
  },
}
