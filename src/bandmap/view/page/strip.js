// A strip of the page: a label beside a canvas whose width is time.
import { state } from "bandmap/state.js";

const probe = document.createElement("span");
const cache = new Map();

// A colour of the style sheet, such as "--ink".
export function colour(name) {
  if (!cache.has(name)) cache.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return cache.get(name);
}

export function forgetColours() {
  cache.clear();
}

export const isDark = () => colour("--is-dark") === "1";

// A colour of the report, lighter on a dark page.
export function shown(hex, alpha = 1) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)).map((v) => (isDark() ? Math.round(v + (255 - v) * 0.3) : v));
  return `rgba(${r},${g},${b},${alpha})`;
}

export class Strip {
  constructor(parent, id, label, height) {
    this.element = document.createElement("div");
    this.element.className = "strip";
    this.element.id = `strip-${id}`;
    this.label = document.createElement("div");
    this.label.className = "label";
    this.label.textContent = label;
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", label);
    this.canvas.style.height = `${height}px`;
    this.height = height;
    this.element.append(this.label, this.canvas);
    parent.append(this.element);
    this.context = this.canvas.getContext("2d");
  }

  get isShown() {
    return !this.element.hidden;
  }

  // Sets the words for those who do not see the picture.
  say(text) {
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text);
  }

  // Empties the canvas and returns its width in CSS pixels.
  begin(width) {
    const ratio = devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
      this.canvas.style.width = `${width}px`;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, this.height);
    return width;
  }
}

// Second -> pixel of the page, and of the whole recording.
export const xOf = (t, width) => ((t - state.start) / state.seconds) * width;
export const xOfWhole = (t, width) => (t / state.about.seconds) * width;

// Short text over a strip that has nothing to show.
export function note(strip, width, text) {
  strip.context.fillStyle = colour("--soft");
  strip.context.font = "12px system-ui, sans-serif";
  strip.context.fillText(text, 8, strip.height / 2 + 4, width - 16);
}
