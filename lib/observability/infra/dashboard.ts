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
import { consoleDomain } from '../../config/partitions.ts';
import { regionSections } from './dashboard-sections.ts';
import type { RegionSubjects } from './subjects.ts';

export interface RegionDashboardProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly subjects: RegionSubjects;
  /** Shown at the top, in this order. */
  readonly alarms: readonly Alarm[];
  /** For the edge section, which is read from us-east-1. @default no edge section */
  readonly distributionId?: string;
}

const fullWidth = 24;

/** A region's dashboard, ordered along the path from broadcaster to viewer. */
export class RegionDashboard extends Construct {
  /** Its address in the AWS console. */
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
    for (const { title, text, graphs } of regionSections(props)) {
      const markdown = `## ${title}\n${text}`;
      dashboard.addWidgets(new TextWidget({ markdown, width: fullWidth, height: 2 }));
      const width = fullWidth / graphs.length;
      dashboard.addWidgets(...graphs.map((graph) => new GraphWidget({ ...graph, width, height: 6 })));
    }
    this.url = `https://${region}.${consoleDomain(region)}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}
