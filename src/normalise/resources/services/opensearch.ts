import { Kind } from '../kind.js'
import type { Service } from '../service.js'

export const opensearch: Service = {
  name: 'opensearch',
  sources: ['es', 'opensearch'],
  parameters: {
    domainName: new Kind('AWS::OpenSearchService::Domain', 'arn:P:es:R:A:domain/NAME'),
  },
}
