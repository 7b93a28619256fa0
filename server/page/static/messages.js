// Messages about requests, in the language of the page.
import {element} from "./dom.js";
import {inEachLanguage, t} from "./language.js";

let error = null;       // functions that return the text in the current language
let status = null;

function show() {
  element("error").hidden = !error;
  element("error").textContent = error ? error() : "";
  element("status").textContent = status ? status() : "";
}

export function showError(create) {
  error = create;
  show();
}

// For screen readers: they speak it when it changes
export function showStatus(create) {
  status = create;
  show();
}

// The text for an error of a request
export function describeError({status: code, code: name, message, retryAfter}) {
  if (name === "broken_off") {
    return t("brokenOff");
  }
  if (code === 0) {
    return t("noServer");
  }
  if (code === 401) {
    return t("wrongKey");
  }
  return code === 503 && retryAfter ? t("busy", {seconds: retryAfter}) :
    t("refused", {reason: message});
}

export function startMessages() {
  inEachLanguage(show);
}
