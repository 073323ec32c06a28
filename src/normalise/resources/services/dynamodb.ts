import type { JsonObject } from '../../../model/record.js'
import { readObject } from '../../fields.js'
import type { Found } from '../resource-collector.js'
import { Kind } from '../kind.js'
import { type Service, as } from '../service.js'

export const TABLE = new Kind('AWS::DynamoDB::Table', 'arn:P:dynamodb:R:A:table/NAME')
const GLOBAL_TABLE = new Kind('AWS::DynamoDB::GlobalTable', 'arn:P:dynamodb::A:global-table/NAME')

export const dynamodb: Service = {
  name: 'dynamodb',
  sources: ['dynamodb', 'dax'],
  parameters: {
    tableName: TABLE,
    sourceTableName: as(TABLE, 'source'),
    targetTableName: TABLE,
    globalTableName: GLOBAL_TABLE,
  },
  compose: readBatch,
}

/** Batch calls have the tables as keys: `requestItems: {TABLE: …}`. */
function readBatch(parameters: JsonObject, found: Found): void {
  const items = readObject(parameters['requestItems'])
  if (items !== null) for (const table of Object.keys(items)) found.kind(TABLE, table, 'target')
}
