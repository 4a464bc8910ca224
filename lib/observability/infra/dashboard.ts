import { Duration, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  PeriodOverride,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { regionSections } from './dashboard-sections.ts';
import type { RegionSubjects } from './subjects.ts';

export interface RegionDashboardProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly subjects: RegionSubjects;
  /** Shown on top, in their order. */
  readonly alarms: readonly Alarm[];
  /** For the edge's part, which is read from us-east-1. @default there is none */
  readonly distributionId?: string;
}

const fullWidth = 24;

/** One dashboard of a region that reads along the path, from the broadcaster to the viewer. */
export class RegionDashboard extends Construct {
  /** Where people open it. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: RegionDashboardProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    const dashboardName = `${props.deployment}-${region}`;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.INHERIT,
    });
    dashboard.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: fullWidth, height: 5 }),
    );
    for (const { title, says, graphs } of regionSections(props)) {
      const markdown = `## ${title}\n${says}`;
      dashboard.addWidgets(new TextWidget({ markdown, width: fullWidth, height: 2 }));
      const width = fullWidth / graphs.length;
      dashboard.addWidgets(...graphs.map((graph) => new GraphWidget({ ...graph, width, height: 6 })));
    }
    this.url = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}
