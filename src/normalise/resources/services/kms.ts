import { EFS_FILE_SYSTEM, readId } from '../ids.js'
import { Kind } from '../kind.js'
import { type Parameters, type Service, as, reads } from '../service.js'
import { GRANTEE } from '../grantees.js'
import { readKey } from './kms-key.js'
import { TABLE } from './dynamodb.js'

const TARGET_KEY = reads(readKey)
const ID = reads(readId, 'mentioned')

export const kms: Service = {
  name: 'kms',
  sources: ['kms'],
  parameters: {
    keyId: TARGET_KEY,
    targetKeyId: TARGET_KEY,
    sourceKeyId: reads(readKey, 'source'),
    destinationKeyId: TARGET_KEY,
    primaryKeyId: TARGET_KEY,
    aliasName: TARGET_KEY,
    aliasArn: TARGET_KEY,
    granteePrincipal: GRANTEE,
    retiringPrincipal: GRANTEE,
    grantId: new Kind('grant', null),
    customKeyStoreId: new Kind('custom key store', null),
  },
}

/**
 * Services record with the key what the data belongs to (each service's guide, "encryption context"). ARNs are found
 * anyway, in keys and values; listed here are bare IDs. EBS has `vol-…` and `snap-…` under one name.
 */
export const ENCRYPTION_CONTEXT: Parameters = {
  'aws:elasticfilesystem:filesystem:id': as(EFS_FILE_SYSTEM, 'mentioned'),
  'aws:ebs:id': ID,
  'aws:ec2:id': ID,
  'aws:dynamodb:tableName': as(TABLE, 'mentioned'),
  'aws:rds:db-id': as(new Kind('database resource id', null), 'mentioned'),
  'aws:rds:dbc-id': as(new Kind('database resource id', null), 'mentioned'),
}
