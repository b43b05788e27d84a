import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Intake } from './intake.ts';
import type { Management } from './management.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** Where the routes are added, and who is let in. */
export interface ControlProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Whose API gets the routes. */
  readonly intake: Intake;
  /** Whose login guards them. */
  readonly management: Management;
}

/** More specific than the management API's own, so they come first; each route is a few resources of the stack. */
const orders = ['/api/{kind}/{id}/pause', '/api/{kind}/{id}/resume', '/api/{kind}/{id}/stop', '/api/workspace/{verb}'];

/** How journeys, channels and everything are paused, stopped and resumed. */
export class Control extends Construct {
  /** Answers the routes, and `sojourn pause`, `resume` and `stop`. */
  readonly control: SojournFunction;

  constructor(scope: Construct, id: string, { shared, intake, management }: ControlProps) {
    super(scope, id);
    this.control = new SojournFunction(this, 'Control', {
      defaults: shared.defaults,
      name: 'control-journeys',
      does: 'Pauses, stops and resumes journeys, channels and everything; moves people to current versions.',
      // A batch of people is moved in seconds.
      timeout: Duration.seconds(60),
    });
    shared.store.grantDecide(this.control);
    shared.store.grantLists(this.control);
    shared.secret.grantRead(this.control);
    const integration = new HttpLambdaIntegration('Control', this.control);
    const { authorizer } = management;
    for (const path of orders) intake.api.addRoutes({ path, methods: [HttpMethod.POST], integration, authorizer });
    intake.api.addRoutes({ path: '/api/stops', methods: [HttpMethod.GET], integration, authorizer });
  }
}
