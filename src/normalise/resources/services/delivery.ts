/** CloudFront, API Gateway and ACM: the front of web applications. */
import { Kind } from '../kind.js'
import { GIVEN, type Service } from '../service.js'

const DISTRIBUTION = new Kind('AWS::CloudFront::Distribution', 'arn:P:cloudfront::A:distribution/NAME')
const REST_API = new Kind('AWS::ApiGateway::RestApi', 'arn:P:apigateway:R::/restapis/NAME')

export const cloudfront: Service = {
  name: 'cloudfront',
  sources: ['cloudfront'],
  parameters: { distributionId: DISTRIBUTION, aRN: GIVEN },
  within: { distribution: { id: DISTRIBUTION } },
  calls: [{ name: /Distribution(?!.*OriginAccess)/, parameters: { id: DISTRIBUTION } }],
}

export const apigateway: Service = {
  name: 'apigateway',
  sources: ['apigateway'],
  parameters: {
    restApiId: REST_API,
    apiId: new Kind('AWS::ApiGatewayV2::Api', 'arn:P:apigateway:R::/apis/NAME'),
    apiKeyId: new Kind('AWS::ApiGateway::ApiKey', 'arn:P:apigateway:R::/apikeys/NAME'),
    authorizerId: new Kind('AWS::ApiGateway::Authorizer', null),
  },
  calls: [
    { name: /RestApi$/, parameters: { id: REST_API } },
    {
      name: /ApiKey$/,
      parameters: { apiKey: new Kind('AWS::ApiGateway::ApiKey', 'arn:P:apigateway:R::/apikeys/NAME') },
    },
  ],
}

export const acm: Service = {
  name: 'acm',
  sources: ['acm', 'acm-pca'],
  parameters: { certificateArn: GIVEN, certificateAuthorityArn: GIVEN },
}
