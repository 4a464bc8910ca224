import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AlarmRow } from '../policy/alarm-definition.ts';

export interface RowAlarmProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly topic: ITopic;
  readonly metric: IMetric;
  readonly threshold: number;
}

/** Creates a row's alarm. It notifies the topic when it starts and when it clears. */
export function rowAlarm(
  scope: Construct,
  id: string,
  row: AlarmRow,
  { deployment, topic, metric, threshold }: RowAlarmProps,
): Alarm {
  const [bad, of] = row.periods;
  const alarm = new Alarm(scope, id, {
    alarmName: `${deployment}: ${row.title}`,
    alarmDescription: `${row.means} What to do: docs/runbook.md, "${row.title}".`,
    metric,
    threshold,
    comparisonOperator:
      row.bad[0] === '<'
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    datapointsToAlarm: bad,
    evaluationPeriods: of,
    treatMissingData: row.missing === 'bad' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}

export const periodOf = ({ periodSeconds }: AlarmRow): Duration => Duration.seconds(periodSeconds);
