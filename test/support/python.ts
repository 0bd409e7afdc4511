import { spawnSync } from 'node:child_process'
import { requireProgram } from './find-program.ts'

/** Python's own parsers, for files that programs of other systems read. They share no code with what wrote them. */

const PLIST = 'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))'
const XML = `
import json, sys, xml.etree.ElementTree as tree
def plain(one): return [one.tag, dict(one.attrib), (one.text or "").strip(), [plain(inner) for inner in one]]
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))
`

/** A property list as Python reads it. Throws for one that is broken. */
export function parsePlist(text: string): unknown {
  return parse(PLIST, text)
}

/** An element of XML: its name with the namespace in braces, attributes, text, elements in it. */
export type XmlElement = [name: string, attributes: Record<string, string>, text: string, inner: XmlElement[]]

/** XML as Python reads it. Throws for what is not well-formed. */
export function parseXml(text: string): XmlElement {
  // The program above prints just this shape.
  return parse(XML, text) as XmlElement
}

function parse(program: string, text: string): unknown {
  const { stderr, stdout, status } = spawnSync(requireProgram('python3'), ['-c', program], {
    input: text,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`Python could not read it: ${stderr}`)
  return JSON.parse(stdout)
}
