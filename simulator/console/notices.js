/** Short notices at the foot of the page, read out by assistive technology. */

import { el } from "./dom.js";

const SHOWN = 4500;

/** Show a text for a while; kind is "good", "bad" or "plain". */
export function notify(text, kind = "plain") {
  const place = document.getElementById("notices");
  const node = el("p", { class: "notice", "data-kind": kind }, text);
  place.append(node);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => node.remove(), SHOWN);
}
