/** Small DOM helpers. Text always goes in as text nodes; nothing here parses markup. */

type Child = Node | string;
type Attribute = string | number | boolean | undefined | ((event: Event) => void);

/** Makes an element. Functions become listeners (`onclick` -> click); false and undefined leave an attribute out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

/** The element that index.html promises under this id. */
export function need<T extends Element>(id: string, type: new () => T): T {
  const node = document.getElementById(id);
  if (!(node instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return node;
}

/** Writes text only when it differs, so that a poll does not wake up screen readers. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** A rendered item of a keyed list. */
export interface Row<T> {
  readonly node: Element;
  update(item: T): void;
}

/** Brings the children of `parent` in line with `items`, keeping nodes (and so focus) of items that stay. */
export function renderKeyed<T>(
  parent: Element,
  rows: Map<string, Row<T>>,
  items: readonly T[],
  keyOf: (item: T) => string,
  create: (item: T) => Row<T>,
): void {
  const gone = new Set(rows.keys());
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    gone.delete(key);
    let row = rows.get(key);
    if (!row) rows.set(key, (row = create(item)));
    row.update(item);
    if (row.node === place) place = place.nextElementSibling;
    else parent.insertBefore(row.node, place);
  }
  for (const key of gone) {
    rows.get(key)?.node.remove();
    rows.delete(key);
  }
}
