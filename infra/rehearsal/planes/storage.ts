import type { Answer } from '../provider.ts';

const off = '<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy>';
const metrics = `<Version>1.0</Version><Enabled>false</Enabled>${off}`;

/** The data plane of storage accounts, as far as it is polled: the properties of each part, and what is in a container. */
export function storagePlane(host: string, query: URLSearchParams): Answer {
  if (query.get('restype') === 'container' && query.get('comp') === 'list') {
    const body = '<?xml version="1.0"?><EnumerationResults><Blobs /></EnumerationResults>';
    return { status: 200, body, headers: { 'content-type': 'application/xml' } };
  }
  if (query.get('comp') !== 'properties') return { status: 404, body: '' };
  const web = host.split('.')[1] === 'blob' ? '<StaticWebsite><Enabled>false</Enabled></StaticWebsite>' : '';
  const logging = `<Logging><Version>1.0</Version><Delete>false</Delete><Read>false</Read><Write>false</Write>${off}</Logging>`;
  const body = `<?xml version="1.0"?><StorageServiceProperties>${logging}<HourMetrics>${metrics}</HourMetrics><MinuteMetrics>${metrics}</MinuteMetrics><Cors/>${web}</StorageServiceProperties>`;
  return { status: 200, body, headers: { 'content-type': 'application/xml' } };
}
