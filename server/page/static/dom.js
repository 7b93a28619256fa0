// Elements of the page, and what the browser stores for it.

export const element = (id) => document.getElementById(id);

// A new element with properties, and children that are elements or texts
export function create(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

// The element, with attributes such as role and aria-label
export function withAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  return node;
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export const color = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Storage is refused in some private windows, and can be full; the page works without it

export function load(key, otherwise) {
  try {
    const stored = JSON.parse(localStorage.getItem(key));
    return stored === null ? otherwise : stored;
  } catch (error) {
    return otherwise;
  }
}

export function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch (error) {
    // not remembered
  }
}

// The same for a text, until the tab is closed
export function loadForSession(name) {
  try {
    return sessionStorage.getItem(name);
  } catch (error) {
    return null;
  }
}

export function storeForSession(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch (error) {
    // not remembered
  }
}

// A canvas of the size of its element in device pixels; returns its context in CSS pixels
export function prepareCanvas(canvas) {
  const scale = window.devicePixelRatio || 1;
  const {width, height} = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return {context, width, height};
}
