/** Something that only turns out to be unsupported once its types are known; the compiler adds the place. */
export class Unsupported extends Error {}

/**
 * Types of API Management's list of allowed .NET types that the local gateway does not have. Only the message differs
 * from that for types outside the list:
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#CLRTypes
 */
export const notSupported: ReadonlySet<string> = new Set(
  `
  decimal Decimal StringReader StringWriter TimeZone TimeZoneInfo Tuple
  AsymmetricAlgorithm HashAlgorithmName Oid RSA RSAEncryptionPadding RSAParameters RSASignaturePadding PublicKey
  RSACertificateExtensions X509ContentType X509NameType
  JConstructor JRaw ISet XDocumentType XProcessingInstruction XmlNodeType
  Selector
  `
    .trim()
    .split(/\s+/),
);
