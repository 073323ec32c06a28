import { ADDRESS_RANGE, GRANTEE, REVOKED } from '../grantees.js'
import { readId } from '../ids.js'
import { Kind } from '../kind.js'
import { GIVEN, type Service, as, reads } from '../service.js'
import { BUCKET } from './s3.js'

const INSTANCE = new Kind('AWS::RDS::DBInstance', 'arn:P:rds:R:A:db:NAME')
const SNAPSHOT = new Kind('AWS::RDS::DBSnapshot', 'arn:P:rds:R:A:snapshot:NAME')
const CLUSTER = new Kind('AWS::RDS::DBCluster', 'arn:P:rds:R:A:cluster:NAME')
const CLUSTER_SNAPSHOT = new Kind('AWS::RDS::DBClusterSnapshot', 'arn:P:rds:R:A:cluster-snapshot:NAME')
const ID = reads(readId)

export const rds: Service = {
  name: 'rds',
  sources: ['rds'],
  parameters: {
    dBInstanceIdentifier: INSTANCE,
    newDBInstanceIdentifier: INSTANCE,
    targetDBInstanceIdentifier: INSTANCE,
    sourceDBInstanceIdentifier: as(INSTANCE, 'source'),
    dBSnapshotIdentifier: SNAPSHOT,
    finalDBSnapshotIdentifier: SNAPSHOT,
    targetDBSnapshotIdentifier: SNAPSHOT,
    sourceDBSnapshotIdentifier: as(SNAPSHOT, 'source'),
    dBClusterIdentifier: CLUSTER,
    sourceDBClusterIdentifier: as(CLUSTER, 'source'),
    dBClusterSnapshotIdentifier: CLUSTER_SNAPSHOT,
    targetDBClusterSnapshotIdentifier: CLUSTER_SNAPSHOT,
    sourceDBClusterSnapshotIdentifier: as(CLUSTER_SNAPSHOT, 'source'),
    dBSubnetGroupName: new Kind('AWS::RDS::DBSubnetGroup', 'arn:P:rds:R:A:subgrp:NAME'),
    dBParameterGroupName: new Kind('AWS::RDS::DBParameterGroup', 'arn:P:rds:R:A:pg:NAME'),
    dBClusterParameterGroupName: new Kind(
      'AWS::RDS::DBClusterParameterGroup',
      'arn:P:rds:R:A:cluster-pg:NAME',
    ),
    optionGroupName: new Kind('AWS::RDS::OptionGroup', 'arn:P:rds:R:A:og:NAME'),
    dBProxyName: new Kind('AWS::RDS::DBProxy', null),
    exportTaskIdentifier: new Kind('rds export task', null),
    resourceName: GIVEN,
    s3BucketName: BUCKET,
    subnetIdentifier: ID,
    vpcSecurityGroupId: ID,
  },
  calls: [
    {
      // Sharing: accounts that may restore the snapshot, or `all`.
      name: /^ModifyDB(?:Cluster)?SnapshotAttribute$/,
      parameters: { valuesToAdd: GRANTEE, valuesToRemove: REVOKED, attributeValues: GRANTEE },
    },
    { name: /^(?:Authorize|Revoke)DBSecurityGroupIngress$/, parameters: { cIDRIP: ADDRESS_RANGE } },
    {
      name: /^Restore.*FromDBSnapshot$/,
      parameters: { dBSnapshotIdentifier: as(SNAPSHOT, 'source') },
    },
  ],
}
