// Chunks of a recording: fetched from the server or, in a folder that opens from disk, loaded as scripts.
import { plan } from "bandmap/state.js";

export const isInFolder = Boolean(document.querySelector('meta[name="source"][content="folder"]'));
const MOST_BYTES = 96 * 2 ** 20;
const known = new Map(); // name -> decoded chunk, the last used one last
const coming = new Map(); // name -> promise
let bytes = 0;
let folder = "";

const HALVES = new Float32Array(65536); // half-precision bits -> number
for (let bits = 0; bits < 65536; bits++) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 31 ? (fraction ? NaN : Infinity)
    : exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024);
  HALVES[bits] = bits >> 15 ? -size : size;
}

function halves(buffer) {
  const bits = new Uint16Array(buffer);
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = HALVES[bits[i]];
  return values;
}

function decoded(name, buffer) {
  const kind = name.split("-")[0];
  if (kind === "about") return JSON.parse(new TextDecoder().decode(buffer));
  if (kind === "extremes" || (kind === "samples" && isInFolder)) return halves(buffer);
  return kind === "flags" || kind === "spectra" ? new Uint8Array(buffer) : new Float32Array(buffer);
}

function byScript(path, name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = path;
    script.onload = () => {
      script.remove();
      const text = globalThis.bandmapChunks.get(name);
      globalThis.bandmapChunks.delete(name);
      if (text === undefined) reject(new Error(`${path}: damaged; write the folder again`));
      else resolve(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
    };
    script.onerror = () => reject(new Error(`${path}: there is no such file; write the folder again`));
    document.head.append(script);
  });
}

async function byRequest(path) {
  const answer = await fetch(path).catch(() => { throw new Error("The server does not answer; start `bandmap view` again."); });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.arrayBuffer();
}

async function got(path, name) {
  return isInFolder ? byScript(`data/${path}.js`, name) : byRequest(`../${path}`);
}

export async function recordings() {
  return JSON.parse(new TextDecoder().decode(await got("recordings", "recordings")));
}

export async function open(recording) {
  known.clear();
  coming.clear();
  bytes = 0;
  folder = recording;
  return load("about");
}

const address = (name) => `${isInFolder ? "" : "data/"}${folder.split("/").map(encodeURIComponent).join("/")}/${name}`;

// Returns the promise of a chunk.
export function load(name) {
  if (known.has(name)) return Promise.resolve(peek(name));
  if (!coming.has(name)) {
    const of = folder;
    coming.set(name, got(address(name), `${folder}/${name}`).then((buffer) => {
      const chunk = decoded(name, buffer);
      if (of !== folder) return chunk;
      coming.delete(name);
      known.set(name, chunk);
      bytes += chunk.byteLength || 0;
      forget();
      plan();
      return chunk;
    }).catch((error) => {
      complain(error.message);
      throw error;
    }));
  }
  return coming.get(name);
}

// Returns a chunk if it is here, and asks for it if not.
export function peek(name) {
  const chunk = known.get(name);
  if (chunk === undefined) {
    if (!coming.has(name)) load(name).catch(() => {});
    return undefined;
  }
  known.delete(name);
  known.set(name, chunk);
  return chunk;
}

function forget() {
  for (const [name, chunk] of known) {
    if (bytes <= MOST_BYTES) return;
    if (!/^(samples|extremes|spectra)-/.test(name)) continue;
    bytes -= chunk.byteLength;
    known.delete(name);
  }
}

export const isWaiting = () => coming.size > 0;

export function complain(message) {
  const place = document.getElementById("problem");
  place.textContent = message;
  place.hidden = !message;
}
