import type { Forecast, ForecastLimit } from './forecast.ts';

/** The forecast for people. */
export function forecastText(result: Forecast): string {
  const { load, regions, rendition, encoder, notes } = result;
  return [
    `${counted(load.streams, 'stream')} (${encoder}) and ${counted(load.viewers, 'viewer')} of ${rendition} for ${numbers(load.hours)} h in ${regions.join(', ')}`,
    '',
    ...costLines(result),
    '',
    ...budgetLines(result),
    '',
    ...limitLines(result),
    '',
    ...notes,
    '',
  ].join('\n');
}

function costLines({ items, totalUsd, perStreamHourUsd, perViewerHourUsd }: Forecast): string[] {
  const width = Math.max(...items.map(({ what }) => what.length));
  const priceWidth = dollars(totalUsd).length;
  const line = (what: string, usd: number, quantity: string) =>
    `  ${what.padEnd(width)}  ${dollars(usd).padStart(priceWidth)}  ${quantity}`.trimEnd();
  return [
    'Cost',
    ...items.map(({ what, usd, quantity }) => line(what, usd, quantity)),
    line('Total', totalUsd, ''),
    ...(perStreamHourUsd === undefined
      ? []
      : [line('Per stream-hour', perStreamHourUsd, 'the platform, without viewers')]),
    ...(perViewerHourUsd === undefined ? [] : [line('Per viewer-hour', perViewerHourUsd, '')]),
  ];
}

function budgetLines({ budgetUsd, budgetStop, idleMonthUsd, extraUsd }: Forecast): string[] {
  const left = budgetUsd - idleMonthUsd;
  const lines = [
    `Budget (budget.monthlyUsd): ${dollars(budgetUsd)} a month. The idle platform takes ${dollars(idleMonthUsd)} of it.`,
    budgetStop
      ? '  Once it is spent, new broadcasts are refused; those on air continue (budget.stop).'
      : '  Nothing stops when it is spent. With budget.stop, new broadcasts would be refused, and those on air would continue.',
  ];
  if (left <= 0)
    return [
      ...lines,
      '  The idle platform alone exceeds it: raise budget.monthlyUsd, or use smaller fleets.',
    ];
  if (extraUsd <= 0.005) return lines;
  const events = Math.floor(left / extraUsd);
  const suggestion = Math.ceil((idleMonthUsd + extraUsd) / 100) * 100;
  return [
    ...lines,
    events > 0
      ? `  It covers ${numbers(events)} such ${events === 1 ? 'event' : 'events'} a month.`
      : `  One such event exceeds it: set budget.monthlyUsd to ${numbers(suggestion)}.`,
  ];
}

function limitLines({ limits, first, load }: Forecast): string[] {
  const exceeded = limits.filter((limit) => limit.exceeded || limit.whileIdle);
  return [
    ...first.map(
      (limit) =>
        `First limit of ${limit.unit === 'streams' ? 'a region’s streams' : 'viewers'}: ${limitText(limit)}`,
    ),
    ...section('To carry this load', exceeded),
    ...(exceeded.length === 0 && load.streams + load.viewers > 0 ? ['This load fits.'] : []),
    ...section(
      'Further limits',
      limits.filter((limit) => !exceeded.includes(limit) && !first.includes(limit)),
    ),
  ];
}

const section = (title: string, limits: readonly ForecastLimit[]): string[] =>
  limits.length === 0 ? [] : [`${title}:`, ...limits.map((limit) => `  ${limitText(limit)}`)];

const limitText = ({ what, at, unit, whileIdle, raise }: ForecastLimit): string =>
  `${what}: ${whileIdle ? 'reached while idle' : `${numbers(at)} ${unit}`}; ${raise}`;

const numbers = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });

const counted = (value: number, what: string): string => `${numbers(value)} ${what}${value === 1 ? '' : 's'}`;

/** Cents from a dollar on, tenths of a cent below. */
const dollars = (usd: number): string => {
  const digits = usd >= 1 || usd === 0 ? 2 : 4;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
};
