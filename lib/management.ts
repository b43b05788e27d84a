import { RemovalPolicy, Validations, type CfnElement } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import type { Intake } from './intake.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** Where the routes of colleagues and recipients are added. */
export interface ManagementProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Whose API gets the routes. */
  readonly intake: Intake;
  /** Public base of the links in messages. */
  readonly baseUrl: string;
}

/** What colleagues and recipients reach: the management API behind a login, and the links in messages. */
export class Management extends Construct {
  /** Colleagues. */
  readonly users: cognito.UserPool;
  /** What the console logs in by. */
  readonly client: cognito.UserPoolClient;
  /** Lets colleagues in. */
  readonly authorizer: HttpUserPoolAuthorizer;
  /** Answers `/api`. */
  readonly manage: SojournFunction;
  /** Answers `/u` and `/health`. */
  readonly answerLink: SojournFunction;

  constructor(scope: Construct, id: string, { shared, intake, baseUrl }: ManagementProps) {
    super(scope, id);
    this.users = this.userPool(shared.defaults.stage === 'prod');
    this.client = this.users.addClient('Console', {
      authFlows: { userSrp: true },
      preventUserExistenceErrors: true,
      disableOAuth: true,
    });
    this.authorizer = new HttpUserPoolAuthorizer('Login', this.users, { userPoolClients: [this.client] });
    this.manage = this.reader(shared, 'manage', 'Manage', 'Answers the management API.');
    shared.store.grantLists(this.manage);
    this.answerLink = this.reader(
      shared,
      'answer-link',
      'AnswerLink',
      'Answers unsubscribe and preferences links, and whether the system lives.',
    );
    for (const one of [this.manage, this.answerLink]) one.addEnvironment(ENV.baseUrl, baseUrl);
    intake.api.addRoutes({
      path: '/api/{proxy+}',
      methods: [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE],
      integration: new HttpLambdaIntegration('Manage', this.manage),
      authorizer: this.authorizer,
    });
    const reason = 'The sealed part of the link says whom it is for, and is signed.';
    intake.addOpenRoute('Links', '/u/{sealed}', this.answerLink, reason);
    const open = 'Monitors ask whether the system lives; the answer says nothing of anybody.';
    intake.addOpenRoute('Health', '/health', this.answerLink, open, [HttpMethod.GET, HttpMethod.HEAD]);
  }

  private reader(shared: Shared, name: 'manage' | 'answer-link', id: string, does: string): SojournFunction {
    const made = new SojournFunction(this, id, { defaults: shared.defaults, name, does });
    shared.store.grantDecide(made);
    shared.secret.grantRead(made);
    return made;
  }

  /** Colleagues' logins outlive the stack. */
  private userPool(isProtected: boolean): cognito.UserPool {
    const users = new cognito.UserPool(this, 'Users', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      mfa: cognito.Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      deletionProtection: isProtected,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    (users.node.defaultChild as CfnElement).overrideLogicalId('Users');
    for (const id of ['AwsSolutions-COG3', 'AwsSolutions-COG8'])
      Validations.of(users).acknowledge({
        id,
        reason:
          'Threat protection costs per login and needs the Plus plan; nobody signs up by themselves, and MFA is required.',
      });
    return users;
  }
}
