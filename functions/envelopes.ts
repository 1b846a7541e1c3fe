import type { Milliseconds } from '../service/units.ts';

/**
 * One item as Application Insights' ingestion endpoint takes it. The format is that of Microsoft's own exporters:
 * https://github.com/Azure/azure-rest-api-specs, specification/applicationinsights/data-plane/Monitor.Exporters.
 */
export interface Envelope {
  readonly name: string;
  readonly time: string;
  readonly iKey: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

/** Where telemetry comes from. */
export interface Origin {
  readonly instrumentationKey: string;
  /** The app: `AppRoleName` in the tables. */
  readonly role: string;
  readonly instance: string;
  /** The region that calls come from. */
  readonly location: string;
}

/** What all items of one operation share. */
export interface Operation {
  readonly at: string;
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** The span that this item belongs to. */
  readonly parent?: string | undefined;
}

export interface AvailabilityItem extends Operation {
  readonly id: string;
  readonly name: string;
  readonly success: boolean;
  readonly duration: Milliseconds;
  readonly message: string;
  readonly properties: Properties;
}

export interface DependencyItem extends Operation {
  /** The span's id: what the gateway gets as its parent. */
  readonly id: string;
  readonly name: string;
  readonly target: string;
  readonly status: number | undefined;
  readonly success: boolean;
  readonly duration: Milliseconds;
  readonly properties: Properties;
}

export interface MetricItem extends Operation {
  readonly name: string;
  readonly value: number;
  readonly properties: Properties;
}

/** Values are texts there; what is undefined is left out. */
export type Properties = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Envelopes {
  availability(item: AvailabilityItem): Envelope;
  dependency(item: DependencyItem): Envelope;
  metric(item: MetricItem): Envelope;
}

/** As many characters as a message may have. */
const longestMessage = 8_192;

export function createEnvelopes({ instrumentationKey, role, instance, location }: Origin): Envelopes {
  const wrap = (kind: string, baseType: string, { at, trace, parent }: Operation, baseData: object): Envelope => ({
    name: `Microsoft.ApplicationInsights.${kind}`,
    time: at,
    iKey: instrumentationKey,
    tags: {
      'ai.cloud.role': role,
      'ai.cloud.roleInstance': instance,
      'ai.operation.id': trace,
      ...(parent !== undefined && { 'ai.operation.parentId': parent }),
      'ai.internal.sdkVersion': 'penstock',
    },
    data: { baseType, baseData: { ver: 2, ...baseData } },
  });
  return {
    availability: (item) =>
      wrap('Availability', 'AvailabilityData', item, {
        id: item.id,
        name: item.name,
        duration: timeSpan(item.duration),
        success: item.success,
        runLocation: location,
        message: item.message.slice(0, longestMessage),
        properties: texts(item.properties),
      }),
    dependency: (item) =>
      wrap('RemoteDependency', 'RemoteDependencyData', item, {
        id: item.id,
        name: item.name,
        type: 'Http',
        target: item.target,
        resultCode: String(item.status ?? 0),
        success: item.success,
        duration: timeSpan(item.duration),
        properties: texts(item.properties),
      }),
    metric: (item) =>
      wrap('Metric', 'MetricData', item, {
        metrics: [{ name: item.name, kind: 'Measurement', value: item.value, count: 1 }],
        properties: texts(item.properties),
      }),
  };
}

/** `d.hh:mm:ss.fff`, as .NET writes a time span. */
export function timeSpan(duration: Milliseconds): string {
  const whole = Math.max(0, Math.round(duration));
  const two = (value: number) => String(value).padStart(2, '0');
  const [days, hours, minutes] = [whole / 86_400_000, (whole / 3_600_000) % 24, (whole / 60_000) % 60].map(Math.floor);
  const seconds = Math.floor(whole / 1_000) % 60;
  return `${days}.${two(hours!)}:${two(minutes!)}:${two(seconds)}.${String(whole % 1_000).padStart(3, '0')}`;
}

function texts(properties: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
