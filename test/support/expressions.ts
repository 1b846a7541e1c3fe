import { X509Certificate } from 'node:crypto';
import type { PolicyContext } from '../../gateway/context.ts';
import { createCompiler, type Expected } from '../../gateway/expressions/compile.ts';
import { ExpressionError } from '../../gateway/expressions/errors.ts';
import { NetException } from '../../gateway/expressions/exceptions.ts';
import { text } from '../../gateway/expressions/runtime/value.ts';
import { Headers } from '../../gateway/headers.ts';

const compiler = await createCompiler();
const place = { document: 'test.xml', line: 10 };

export interface Sample {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly contentType?: string;
  readonly responseBody?: string;
  /** PEM. */
  readonly certificate?: string;
}

/** A context of a request in flight, with what a test cares about. */
export function sampleContext(sample: Sample = {}): PolicyContext {
  const { variables = {}, headers = [], body, contentType, responseBody, certificate } = sample;
  const url = {
    Host: 'api.example',
    Path: '/boston/score',
    Port: 443,
    Query: new Map([
      ['page', ['2']],
      ['tag', ['a', 'b']],
    ]),
    QueryString: '?page=2&tag=a&tag=b',
    Scheme: 'https',
    toString: () => 'https://api.example/boston/score?page=2&tag=a&tag=b',
  };
  const bodyOf = (content: string | undefined) =>
    content === undefined ? null : { contentType, read: () => Buffer.from(content) };
  return {
    Api: {
      Id: 'boston',
      IsCurrentRevision: true,
      Name: 'Boston',
      Path: 'boston',
      Protocols: ['https'],
      Revision: '1',
      ServiceUrl: null,
      SubscriptionKeyParameterNames: { Header: 'Ocp-Apim-Subscription-Key', Query: 'subscription-key' },
      Version: null,
    },
    Deployment: {
      Certificates: new Map(),
      Gateway: { Id: 'managed', InstanceId: '1', IsManaged: true },
      GatewayId: 'managed',
      Region: 'West Europe',
      ServiceId: 'penstock',
      ServiceName: 'penstock',
    },
    Elapsed: 250,
    LastError: null,
    Operation: { Id: 'score', Method: 'POST', Name: 'Score', UrlTemplate: '/score/{id}' },
    Product: null,
    Request: {
      Body: bodyOf(body),
      Certificate: certificate ? new X509Certificate(certificate) : null,
      certificateTrusted: true,
      Headers: new Headers([...headers]),
      IpAddress: '10.0.0.7',
      MatchedParameters: new Map([['id', '7']]),
      Method: 'POST',
      OriginalUrl: url,
      PrivateEndpointConnection: null,
      Url: url,
    },
    RequestId: '0f8fad5b-d9cb-469f-a165-70867728950e',
    Response: { Body: bodyOf(responseBody), Headers: new Headers(), StatusCode: 200, StatusReason: 'OK' },
    Subscription: {
      CreatedDate: new Date('2024-02-29T12:00:00Z'),
      EndDate: null,
      Id: 'first',
      Key: 'k',
      Name: 'First',
      PrimaryKey: 'k',
      SecondaryKey: 'l',
      StartDate: null,
    },
    Timestamp: new Date('2024-03-01T10:20:30.500Z'),
    Tracing: false,
    User: null,
    Variables: new Map(Object.entries(variables)),
    Trace: () => undefined,
  };
}

/** What the expression gives, as .NET's ToString shows it with its type before it: `int 3`, `string a`, `null`. */
export function shown(source: string, sample?: Sample): string {
  const value = compiler.compile(`@((object)(${source}))`, place).evaluate(sampleContext(sample));
  return show(value);
}

function show(value: unknown): string {
  if (value === null) return 'null';
  return `${compiler.compile('@(context.Variables["x"].GetType().Name)', place).evaluate(sampleContext({ variables: { x: value } })) as string} ${text(value)}`;
}

/** As `shown`, for statements. */
export function ran(statements: string, sample?: Sample): string {
  return show(compiler.compile(`@{ ${statements} }`, place).evaluate(sampleContext(sample)));
}

export function compiled(source: string, expected?: Expected) {
  return compiler.compile(source, place, expected);
}

export function evaluated(source: string, expected: Expected = 'object', sample?: Sample): unknown {
  return compiler.compile(source, place, expected).evaluate(sampleContext(sample));
}

/** The message with which the whole expression is refused, its line before it. */
export function refused(source: string, expected?: Expected): string {
  try {
    compiler.compile(source, place, expected);
  } catch (error) {
    if (error instanceof ExpressionError) return `${error.line}: ${error.message}`;
    throw error;
  }
  throw new Error(`${source} was not refused`);
}

/** What the expression throws while it runs: `FormatException: message`. */
export function thrown(source: string, sample?: Sample): string {
  try {
    compiler.compile(source, place).evaluate(sampleContext(sample));
  } catch (error) {
    if (error instanceof NetException) return `${error.netType}: ${error.message}`;
    throw error;
  }
  throw new Error(`${source} did not throw`);
}
