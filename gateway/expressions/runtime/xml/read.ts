import { SaxesParser } from 'saxes';
import { argumentNull, NetException } from '../../exceptions.ts';
import { XName } from './names.ts';
import { XAttribute, type XContainer, XDeclaration, XDocument, XElement, XText } from './nodes.ts';

/**
 * Reads a document. White space between tags is dropped unless `preserve` says otherwise.
 * @throws NetException XmlException
 */
export function parseXml(text: string | null, preserve = false): XDocument {
  if (text === null) throw argumentNull('s');
  const parser = new SaxesParser({ xmlns: true, position: true });
  let declaration: XDeclaration | null = null;
  const top: unknown[] = [];
  const open: XElement[] = [];
  const append = (node: unknown) => {
    if (open.length > 0) (open.at(-1) as XContainer).add([node]);
    else top.push(node);
  };
  parser.on('error', (error) => {
    const [, line, column, message] = /^(\d+):(\d+): (.*)$/s.exec(error.message) ?? [];
    const place = line === undefined ? '' : ` Line ${line}, position ${Number(column) + 1}.`;
    throw new NetException('XmlException', `${sentence(message ?? error.message)}${place}`);
  });
  parser.on('doctype', () => {
    throw new NetException('XmlException', 'For security reasons DTD is prohibited in this XML document.');
  });
  parser.on('xmldecl', ({ version, encoding, standalone }) => {
    declaration = new XDeclaration(version ?? null, encoding ?? null, standalone ?? null);
  });
  parser.on('opentag', ({ local, uri, attributes, isSelfClosing }) => {
    const element = new XElement(new XName(local, uri));
    for (const { local: name, uri: space, value } of Object.values(attributes))
      element.add([new XAttribute(new XName(name, name === 'xmlns' ? '' : space), value)]);
    element.isEmptyTag = isSelfClosing;
    append(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (value) => {
    if (open.length > 0 && (preserve || value.trim() !== '')) append(new XText(value));
  });
  parser.on('cdata', (value) => append(new XText(value, 'XCData')));
  parser.on('comment', (value) => append(new XText(value, 'XComment')));
  parser.write(text.replace(/^\ufeff/, '')).close();
  return new XDocument([declaration, ...top]);
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}.`;
}
