/** The other entities of an API Management instance that a document names; they must exist before it is deployed. */
export interface References {
  readonly backends: readonly string[];
  readonly namedValues: readonly string[];
  readonly fragments: readonly string[];
  readonly certificates: readonly string[];
}

/** The names in a document's XML, each once, in the order of their appearance. */
export function referencesOf(xml: string): References {
  const all = (pattern: RegExp) => [...new Set([...xml.matchAll(pattern)].map(([, name]) => name!))];
  return {
    backends: all(/\sbackend-id="([^"@{]+)"/g),
    namedValues: all(/\{\{([A-Za-z0-9._-]+)\}\}/g),
    fragments: all(/<include-fragment\s[^>]*fragment-id="([^"@{]+)"/g),
    certificates: all(/\scertificate-id="([^"@{]+)"/g),
  };
}
