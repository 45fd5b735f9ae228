/** Small DOM constructors. Text only ever enters the page as text nodes: values come from a device that may be hostile. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: `el("p", {class: "age", title: "…"}, "text", node)`; `on…` properties are listeners. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  assign(node, attributes);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Make an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  assign(node, attributes);
  node.append(...children);
  return node;
}

/** An icon of the sprite in index.html. */
export function icon(name) {
  return svg("svg", { "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

/** Set text only when it differs, which keeps unchanged cards out of layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set or remove an attribute only when it differs. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

/** Bring a definition list to the given rows, reusing the nodes it has. */
export function setFacts(list, rows) {
  while (list.children.length > rows.length) list.lastElementChild.remove();
  rows.forEach(([term, text], index) => {
    const row = list.children[index] ?? list.appendChild(el("div", {}, el("dt"), el("dd")));
    setText(row.firstElementChild, term);
    setText(row.lastElementChild, text);
    setAttribute(row.lastElementChild, "title", text.length > 18 ? text : null);
  });
}

function assign(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else setAttribute(node, name, value);
  }
}
