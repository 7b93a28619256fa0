// A short explanation beside an element that has the focus or is below the pointer.
import {create, element} from "./dom.js";

const MARGIN = 8;       // pixels between the tip, its element and the edges of the window

const tip = () => element("tip");

function hide() {
  tip().hidden = true;
  for (const node of document.querySelectorAll("[aria-describedby=tip]")) {
    node.removeAttribute("aria-describedby");
  }
}

function show(node, lines) {
  hide();
  tip().replaceChildren(...lines.map((line) => create("div", {textContent: line})));
  tip().hidden = false;
  node.setAttribute("aria-describedby", "tip");
  const at = node.getClientRects()[0];
  const size = tip().getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - size.width - MARGIN);
  const above = at.top - size.height - MARGIN;
  tip().style.left = `${Math.max(MARGIN, left)}px`;
  tip().style.top = `${above > 0 ? above : at.bottom + MARGIN}px`;
}

// Shows explain(element), a list of lines, for the elements in `group` that `selector` finds
export function explainOnFocus(group, selector, explain) {
  for (const name of ["pointerover", "focusin"]) {
    group.addEventListener(name, (event) => {
      const node = event.target.closest(selector);
      if (node) {
        show(node, explain(node));
      }
    });
  }
  group.addEventListener("focusout", hide);
  group.addEventListener("pointerout", (event) => {
    if (event.target.closest(selector) && event.relatedTarget !== tip()) {
      hide();
    }
  });
  tip().addEventListener("pointerleave", hide);
  document.addEventListener("scroll", hide, {passive: true});
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
    }
  });
}
