// Requests to the server. Their addresses are relative: the page also works below a proxy's path.
import {loadForSession, storeForSession} from "./dom.js";

const ANALYSIS_DELAY = 150;     // milliseconds between two questions for it

export class ApiError extends Error {
  // status 0: no answer; retryAfter: seconds, or null
  constructor(status, message, code = null, retryAfter = null) {
    super(message);
    Object.assign(this, {status, code, retryAfter});
  }
}

let key = loadForSession("key");

// Keeps the key for the requests of this tab. Returns whether it can be one: no other can be sent.
export function setKey(value) {
  if (!/^[!-~]+$/.test(value)) {
    return false;
  }
  key = value;
  storeForSession("key", key);
  return true;
}

async function send(path, {body, signal} = {}) {
  const headers = {};
  if (key) {
    headers.Authorization = `Bearer ${key}`;
  }
  const options = {headers, signal};
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    Object.assign(options, {method: "POST", body: JSON.stringify(body)});
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw error.name === "AbortError" ? error : new ApiError(0, String(error));
  }
  if (!response.ok) {
    throw await readError(response);
  }
  return response;
}

async function readError(response) {
  const retryAfter = response.headers.get("Retry-After");
  let {message, code} = {message: `${response.status} ${response.statusText}`, code: null};
  try {
    ({message, code} = (await response.json()).error);
  } catch (error) {
    // not from this server, but from a proxy before it
  }
  return new ApiError(response.status, message, code, retryAfter);
}

export const fetchVoices = async () => (await send("voices")).json();
export const fetchReading = async (text, voice, signal) =>
  (await send("read", {body: {text, voice}, signal})).json();
export const synthesize = async (request, signal) =>
  (await (await send("api/synthesize", {body: request, signal})).json()).id;

// Passes the samples of a result to `onSamples` as Int16Array while the server generates them
export async function streamSamples(id, signal, onRate, onSamples) {
  const response = await send(`api/results/${id}/audio?format=pcm`, {signal});
  onRate(Number(response.headers.get("X-Sample-Rate")));
  const reader = response.body.getReader();
  let rest = new Uint8Array(0);         // half a sample
  for (;;) {
    let chunk;
    try {
      chunk = await reader.read();
    } catch (error) {
      throw error.name === "AbortError" ? error : new ApiError(0, String(error), "broken_off");
    }
    if (chunk.done) {
      return;
    }
    const bytes = new Uint8Array(rest.length + chunk.value.length);
    bytes.set(rest);
    bytes.set(chunk.value, rest.length);
    const even = bytes.length - bytes.length % 2;
    rest = bytes.slice(even);
    const view = new DataView(bytes.buffer, 0, even);
    onSamples(Int16Array.from({length: even / 2}, (_, index) => view.getInt16(2 * index, true)));
  }
}

export async function fetchAnalysis(id, signal) {
  for (;;) {
    const response = await send(`api/results/${id}/analysis`, {signal});
    if (response.status === 200) {
      return response.json();
    }
    await new Promise((resolve) => setTimeout(resolve, ANALYSIS_DELAY));
  }
}

// The file of a result. The server may have dropped the result; it generates it again then.
export async function fetchFile(id, format, request) {
  const path = (name) => `api/results/${name}/audio?format=${format}&download=1`;
  try {
    return await (await send(path(id))).blob();
  } catch (error) {
    if (error.status !== 404) {
      throw error;
    }
    return (await send(path(await synthesize(request)))).blob();
  }
}

// The bytes of a base64 text
export const decodeBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
