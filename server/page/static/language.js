// The texts of the page in its language.
import {element, load, store} from "./dom.js";

let texts = null;       // {language: {key: text}}
let language = "en";
const listeners = [];

// The text of a key, with its {names} replaced by values
export function t(key, values = {}) {
  return texts[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const currentLanguage = () => language;

export function formatNumber(number, digits = 0) {
  return number.toLocaleString(language,
    {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

export const formatSeconds = (seconds, digits = 1) =>
  t("seconds", {seconds: formatNumber(seconds, digits)});

// Calls a function now and whenever the language changes
export function inEachLanguage(show) {
  listeners.push(show);
  show();
}

function showTexts() {
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = t(node.dataset.text);
  }
  for (const [name, attribute] of [["label", "aria-label"], ["title", "title"],
    ["placeholder", "placeholder"]]) {
    for (const node of document.querySelectorAll(`[data-${name}]`)) {
      node.setAttribute(attribute, t(node.dataset[name]));
    }
  }
  document.title = t("title");
}

function setLanguage(name) {
  language = name;
  document.documentElement.lang = name;
  for (const button of element("languages").children) {
    button.setAttribute("aria-pressed", String(button.dataset.language === name));
  }
  listeners.forEach((show) => show());
}

// Loads the texts; the language is the one chosen last, or else the browser's
export async function startLanguage() {
  texts = await (await fetch("static/texts.json")).json();
  listeners.push(showTexts);
  const chosen = load("language", null);
  setLanguage(texts[chosen] ? chosen : navigator.language.startsWith("ko") ? "ko" : "en");
  element("languages").addEventListener("click", (event) => {
    const name = event.target.dataset.language;
    if (name) {
      store("language", name);
      setLanguage(name);
    }
  });
}
