import type { ResourceRole } from '../../../model/resource.js'
import type { Found } from '../resource-collector.js'
import { Kind } from '../kind.js'
import { type Service, reads } from '../service.js'

const FOUNDATION_MODEL = new Kind('foundation model', 'arn:P:bedrock:R::foundation-model/NAME')
const INFERENCE_PROFILE = new Kind('inference profile', 'arn:P:bedrock:R:A:inference-profile/NAME')
const MODEL = reads(readModel)

export const bedrock: Service = {
  name: 'bedrock',
  sources: ['bedrock', 'bedrock-runtime', 'bedrock-agent', 'bedrock-agent-runtime'],
  parameters: {
    modelId: MODEL,
    modelIdentifier: MODEL,
    inferenceProfileIdentifier: INFERENCE_PROFILE,
    guardrailIdentifier: new Kind('AWS::Bedrock::Guardrail', 'arn:P:bedrock:R:A:guardrail/NAME'),
    agentId: new Kind('AWS::Bedrock::Agent', 'arn:P:bedrock:R:A:agent/NAME'),
    knowledgeBaseId: new Kind('AWS::Bedrock::KnowledgeBase', 'arn:P:bedrock:R:A:knowledge-base/NAME'),
  },
}

/** A geography before the vendor makes it a cross-region profile: `us.anthropic.…`. */
function readModel(value: string, found: Found, role: ResourceRole): void {
  const isProfile = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\./.test(value)
  found.kind(isProfile ? INFERENCE_PROFILE : FOUNDATION_MODEL, value, role)
}
