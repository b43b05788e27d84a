import { AlarmStatusWidget, Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';

/** One graph: its title, and its lines. */
export interface Graph {
  /** Heading. */
  readonly title: string;
  /** Lines. */
  readonly metrics: readonly IMetric[];
}

/** What the page shows. */
export interface HomeDashboardProps {
  /** Shown above all graphs. */
  readonly alarms: Alarms;
  /** Three to a row. */
  readonly graphs: readonly Graph[];
}

/** One page of how the system is. The first three dashboards of an account cost nothing. */
export class HomeDashboard extends Construct {
  constructor(scope: Construct, id: string, { alarms, graphs }: HomeDashboardProps) {
    super(scope, id);
    const dashboard = new Dashboard(this, 'Dashboard');
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: alarms.all, width: 24 }));
    dashboard.addWidgets(
      ...graphs.map(({ title, metrics }) => new GraphWidget({ title, left: [...metrics], width: 8, height: 6 })),
    );
  }
}
