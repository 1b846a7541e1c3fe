import type { X509Certificate } from 'node:crypto';
import { Certificate } from '../runtime/certificate.ts';
import { NetObject } from '../runtime/value.ts';
import { define, type NetType, typeNamed } from '../type.ts';
import { defineDictionary, fromMap } from './dictionaries.ts';

const namespace = 'System.Security.Cryptography.X509Certificates';

class DistinguishedName extends NetObject {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  get netType(): NetType {
    return typeNamed('X500DistinguishedName');
  }
}

define({
  name: 'X500DistinguishedName',
  namespace,
  kind: 'class',
  base: 'object',
  members: { 'string Name': (self: DistinguishedName) => self.name },
});

define({
  name: 'X509Certificate',
  namespace,
  kind: 'class',
  base: 'object',
  members: {
    'string Issuer': (self: Certificate) => self.issuer,
    'string Subject': (self: Certificate) => self.subject,
    'byte[] GetCertHash()': (self: Certificate) => Uint8Array.from(Buffer.from(self.thumbprint, 'hex')),
    'string GetCertHashString()': (self: Certificate) => self.thumbprint,
    'byte[] GetRawCertData()': (self: Certificate) => self.raw,
    'string GetSerialNumberString()': (self: Certificate) => self.x509.serialNumber,
  },
});

define({
  name: 'X509Certificate2',
  namespace,
  kind: 'class',
  base: 'X509Certificate',
  members: {
    'X509Certificate2(byte[] rawData)': (bytes: Uint8Array | null) => Certificate.read(bytes),
    'bool HasPrivateKey': () => false,
    'string FriendlyName': () => '',
    'X500DistinguishedName IssuerName': (self: Certificate) => new DistinguishedName(self.issuer),
    'X500DistinguishedName SubjectName': (self: Certificate) => new DistinguishedName(self.subject),
    'DateTime NotAfter': (self: Certificate) => self.notAfter,
    'DateTime NotBefore': (self: Certificate) => self.notBefore,
    'byte[] RawData': (self: Certificate) => self.raw,
    'string SerialNumber': (self: Certificate) => self.x509.serialNumber,
    'string Thumbprint': (self: Certificate) => self.thumbprint,
    'bool Verify()': (self: Certificate) => self.verify(),
  },
});

define({
  name: 'CertificateExtensions',
  kind: 'static',
  members: {
    'static bool VerifyNoRevocation(this X509Certificate2 input)': (certificate: Certificate) => certificate.verify(),
  },
});

defineDictionary('ICertificates', {
  value: 'X509Certificate2',
  ...fromMap((x509: X509Certificate) => new Certificate(x509)),
});
