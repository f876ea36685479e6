// The view as an SVG file: lines and events as vectors, maps as pictures.
import { clock, state } from "bandmap/state.js";
import { current, CENTIMETRE, drawBehindTraces } from "bandmap/traces.js";

const escaped = (text) => String(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
const LABEL = 92;

function path(x, y) {
  let [text, isDown] = ["", false];
  for (let i = 0; i < x.length; i++) {
    if (y[i] === null || y[i] !== y[i]) { isDown = false; continue; }
    text += `${isDown ? "L" : "M"}${x[i].toFixed(1)} ${y[i].toFixed(1)}`;
    isDown = true;
  }
  return text;
}

// Returns the text of the SVG file.
export function svg() {
  const { rows, places, perRow, lines, width, height } = current();
  const parts = [];
  let y = 26;
  const text = (x, at, words, more = "") => parts.push(`<text x="${x}" y="${at}" ${more}>${escaped(words)}</text>`);
  text(4, 16, `${state.about.dataset}/${state.about.recording}   ${clock(state.start, 1)} to ${clock(state.start + state.seconds, 1)}   ${state.scale} µV/cm, negative up`, 'font-weight="bold"');
  const traces = () => {
    const behind = Object.assign(document.createElement("canvas"), { width, height });
    drawBehindTraces(behind.getContext("2d"), width, height);
    parts.push(`<image x="${LABEL}" y="${y}" width="${width}" height="${height}" href="${behind.toDataURL()}"/>`);
    const x = Array.from(lines.x, (t) => LABEL + ((t - state.start) / state.seconds) * width);
    parts.push(`<g clip-path="url(#page)" fill="none" stroke="#1a1a1a" stroke-width="0.7">`);
    rows.forEach((row, i) => {
      if (!row.masked) parts.push(`<path d="${path(x, Array.from(lines.rows[i], (value) => y + (value + 1) * perRow))}"/>`);
    });
    parts.push("</g>");
    rows.forEach((row, i) => text(LABEL - 6, y + (places[i] + 1) * perRow + 4, row.name + (row.masked ? " (masked)" : ""), 'text-anchor="end"'));
    parts.push(`<path d="M${LABEL + width - 12} ${y + height - 30}v${-CENTIMETRE}" stroke="#1a1a1a" stroke-width="1.5"/>`);
    text(LABEL + width - 17, y + height - 30 - CENTIMETRE / 2, `${state.scale} µV`, 'text-anchor="end"');
    const clip = `<clipPath id="page"><rect x="${LABEL}" y="${y}" width="${width}" height="${height}"/></clipPath>`;
    parts.unshift(`<defs>${clip}</defs>`);
    y += height + 4;
  };
  for (const strip of document.querySelectorAll("main .strip:not([hidden])")) {
    if (strip.id === "traces") { traces(); continue; }
    const canvas = strip.querySelector("canvas");
    const size = canvas.clientHeight;
    parts.push(`<image x="${LABEL}" y="${y}" width="${width}" height="${size}" href="${canvas.toDataURL()}"/>`);
    text(LABEL - 6, y + size / 2 + 4, strip.querySelector(".label").textContent, 'text-anchor="end"');
    y += size + 4;
  }
  text(4, y + 12, "Bandmap. Research use only: not a medical device.");
  const box = `width="${LABEL + width + 4}" height="${y + 20}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} viewBox="0 0 ${LABEL + width + 4} ${y + 20}" font-family="sans-serif" font-size="11"><rect ${box} fill="#fff"/>${parts.join("\n")}</svg>`;
}

export function saveSvg() {
  const link = document.createElement("a");
  dispatchEvent(new Event("beforeprint"));
  link.href = URL.createObjectURL(new Blob([svg()], { type: "image/svg+xml" }));
  dispatchEvent(new Event("afterprint"));
  link.download = `${state.about.recording}_${Math.round(state.start)}s.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
