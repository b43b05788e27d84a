import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Intake } from '../parts/http/intake.ts';

/** Answers a request of the intake as HTTP API hands it over: read as a whole already. */
export async function answerIntake(
  intake: Intake,
  { headers, rawPath, requestContext, body, isBase64Encoded }: APIGatewayProxyEventV2,
): Promise<APIGatewayProxyStructuredResultV2> {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  const { status, ...answer } = await intake.handle({
    method: requestContext.http.method,
    path: rawPath,
    authorization: headers['authorization'],
    encoding: headers['content-encoding'],
    bytes: bytes.byteLength,
    body: bytes,
  });
  return { statusCode: status, ...answer };
}
