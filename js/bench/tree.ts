// A tree of elements that becomes either text (report.html) or DOM nodes (the page), with no HTML parsed from data.
export interface Element {
  tag: string
  attributes: Record<string, string | number>
  children: Node[]
}

export type Node = string | Element

export function h(tag: string, attributes: Record<string, string | number> = {}, ...children: Node[]): Element {
  return { tag, attributes, children }
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => escapes[c] ?? c)

export function toHtml(node: Node): string {
  if (typeof node === 'string') return escape(node)
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escape(String(value))}"`)
  return `<${node.tag}${attributes.join('')}>${node.children.map(toHtml).join('')}</${node.tag}>`
}

const svgTags = new Set(['svg', 'text', 'rect', 'line', 'circle', 'title'])

export function toDom(node: Node): globalThis.Node {
  if (typeof node === 'string') return document.createTextNode(node)
  const element = svgTags.has(node.tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', node.tag)
    : document.createElement(node.tag)
  for (const [name, value] of Object.entries(node.attributes)) element.setAttribute(name, String(value))
  element.append(...node.children.map(toDom))
  return element
}
