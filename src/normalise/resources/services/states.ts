import { Kind } from '../kind.js'
import { GIVEN, type Service } from '../service.js'

export const states: Service = {
  name: 'states',
  sources: ['states'],
  parameters: { stateMachineArn: GIVEN, executionArn: GIVEN, activityArn: GIVEN },
  calls: [
    {
      name: /^CreateStateMachine$/,
      parameters: {
        name: new Kind('AWS::StepFunctions::StateMachine', 'arn:P:states:R:A:stateMachine:NAME'),
      },
    },
  ],
}
