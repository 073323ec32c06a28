/** ECS, EKS and ECR. */
import type { JsonObject } from '../../../model/record.js'
import { readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { Kind } from '../kind.js'
import { GIVEN, GIVEN_GRANTEE, GIVEN_POLICY, type Service, reads } from '../service.js'
import { KEY } from './kms-key.js'

const ECS_CLUSTER = new Kind('AWS::ECS::Cluster', 'arn:P:ecs:R:A:cluster/NAME')
const ECS_SERVICE = new Kind('AWS::ECS::Service', 'arn:P:ecs:R:A:service/NAME')
const TASK = new Kind('ecs task', null)
const CONTAINER_INSTANCE = new Kind('container instance', null)
const EKS_CLUSTER = new Kind('AWS::EKS::Cluster', 'arn:P:eks:R:A:cluster/NAME')
const REVISION = new Kind('AWS::ECS::TaskDefinition', 'arn:P:ecs:R:A:task-definition/NAME')
const FAMILY = new Kind('AWS::ECS::TaskDefinition', null)

export const ecs: Service = {
  name: 'ecs',
  sources: ['ecs'],
  parameters: {
    cluster: ECS_CLUSTER,
    clusterName: ECS_CLUSTER,
    clusters: ECS_CLUSTER,
    taskDefinition: reads((value, found, role) => {
      found.kind(value.includes(':') ? REVISION : FAMILY, value, role)
    }),
    task: TASK,
    tasks: TASK,
    taskId: TASK,
    containerInstance: CONTAINER_INSTANCE,
    containerInstances: CONTAINER_INSTANCE,
    executionRoleArn: GIVEN,
    taskRoleArn: GIVEN,
  },
  calls: [{ name: /TaskDefinition/, parameters: { family: FAMILY } }],
  compose: readEcsServices,
}

export const eks: Service = {
  name: 'eks',
  sources: ['eks', 'eks-auth'],
  parameters: {
    clusterName: EKS_CLUSTER,
    nodegroupName: new Kind('AWS::EKS::Nodegroup', null),
    fargateProfileName: new Kind('AWS::EKS::FargateProfile', null),
    addonName: new Kind('AWS::EKS::Addon', null),
    policyArn: GIVEN_POLICY,
    keyArn: KEY,
  },
  within: { cluster: { name: EKS_CLUSTER } },
  calls: [
    { name: /Cluster(?:Config|Version)?$/, parameters: { name: EKS_CLUSTER } },
    // Principals with access to the cluster.
    { name: /Access(?:Entry|Policy)$/, parameters: { principalArn: GIVEN_GRANTEE } },
  ],
}

export const ecr: Service = {
  name: 'ecr',
  sources: ['ecr', 'ecr-public'],
  parameters: {
    repositoryName: new Kind('AWS::ECR::Repository', 'arn:P:ecr:R:A:repository/NAME'),
    repositoryNames: new Kind('AWS::ECR::Repository', 'arn:P:ecr:R:A:repository/NAME'),
  },
}

/** A service is part of a cluster; its ARN needs both names. */
function readEcsServices(parameters: JsonObject, found: Found): void {
  const cluster = readString(parameters['cluster']) ?? 'default'
  const name = cluster.startsWith('arn:') ? cluster.slice(cluster.lastIndexOf('/') + 1) : cluster
  const listed: unknown = parameters['services']
  const services: readonly unknown[] = Array.isArray(listed) ? listed : []
  for (const service of [parameters['service'], parameters['serviceName'], ...services]) {
    if (typeof service !== 'string' || service.startsWith('arn:') || !isUsable(service)) continue
    found.add(ECS_SERVICE.arn(`${name}/${service}`, found.context), ECS_SERVICE.type, service, true, 'target')
  }
}
