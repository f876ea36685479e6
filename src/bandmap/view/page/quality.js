// Quality flags of each second of each channel, and time without a signal.
import { state } from "bandmap/state.js";
import { peek } from "bandmap/data.js";
import { colour, note, shown, xOf } from "bandmap/strip.js";

const WORDS = { line_noise: "line noise", high_frequency: "high frequency (muscle)" };
export const wordOf = (flag) => WORDS[flag] ?? flag;

// The flags in the order of the report: the first one wins.
function ordered(about) {
  return Object.keys(about.colours.quality).filter((flag) => about.flags.includes(flag));
}

// Calls with (flag, first second, last second) for each stretch of a channel on the page.
function stretches(about, field, channel, each) {
  const n = field.length / about.channels.length;
  const names = ordered(about).filter((flag) => flag !== "interpolated");
  const bits = names.map((flag) => 1 << about.flags.indexOf(flag));
  const [from, to] = [Math.max(Math.floor(state.start), 0), Math.min(Math.ceil(state.start + state.seconds), n)];
  let [flag, since] = [-1, from];
  for (let second = from; second <= to; second++) {
    const next = second < to ? bits.findIndex((bit) => field[channel * n + second] & bit) : -1;
    if (next === flag) continue;
    if (flag >= 0) each(names[flag], since, second);
    [flag, since] = [next, second];
  }
}

// Draws a bar under each trace where its channel is flagged, and hatches time without a signal.
export function drawFlags(ctx, width, { rows, places, perRow }) {
  const { about } = state;
  const field = about.flags.length ? peek("flags") : null;
  if (!field) return;
  rows.forEach((row, i) => {
    for (const [channel] of row.parts.slice(0, 2)) {
      stretches(about, field, channel, (flag, first, last) => {
        const [x0, x1] = [Math.max(xOf(first, width), 0), Math.min(xOf(last, width), width)];
        const y = (places[i] + 1) * perRow;
        ctx.fillStyle = shown(about.colours.quality[flag], flag === "masked" ? 0.18 : 0.9);
        if (flag === "masked") ctx.fillRect(x0, y - perRow / 2, x1 - x0, perRow);
        else ctx.fillRect(x0, y + perRow / 2 - 3, Math.max(x1 - x0, 1), 2);
      });
    }
  });
}

// Draws how many channels are flagged in each second, by flag.
export function drawQuality(strip, width) {
  strip.begin(width);
  const { about } = state;
  const field = about.flags.length ? peek("flags") : null;
  if (!field) {
    note(strip, width, about.flags.length ? "loading" : "this recording has no flags");
    return;
  }
  const n = field.length / about.channels.length;
  const counted = ordered(about).filter((flag) => flag !== "interpolated");
  const bits = counted.map((flag) => 1 << about.flags.indexOf(flag));
  const total = new Float64Array(counted.length);
  const columns = Math.max(Math.min(Math.ceil(state.seconds), Math.floor(width / 2)), 1);
  const each = state.seconds / columns;
  for (let column = 0; column < columns; column++) {
    const shares = new Float64Array(counted.length);
    const from = Math.max(Math.floor(state.start + column * each), 0);
    const to = Math.min(Math.max(Math.floor(state.start + (column + 1) * each), from + 1), n);
    const stride = Math.max(Math.floor((to - from) / 8), 1);
    let seen = 0;
    for (let second = from; second < to; second += stride) {
      for (let channel = 0; channel < about.channels.length; channel++) {
        seen += 1;
        const flag = bits.findIndex((bit) => field[channel * n + second] & bit);
        if (flag >= 0) shares[flag] += 1;
      }
    }
    let top = strip.height;
    shares.forEach((share, flag) => {
      if (!share) return;
      total[flag] += share / seen / columns;
      const height = Math.max((share / seen) * strip.height, 2);
      strip.context.fillStyle = shown(about.colours.quality[counted[flag]]);
      strip.context.fillRect(xOf(from, width), top - height, (Math.max(to - from, each) / state.seconds) * width + 0.5, height);
      top -= height;
    });
  }
  strip.context.fillStyle = colour("--line");
  strip.context.fillRect(0, strip.height - 1, width, 1);
  const words = counted.map((flag, i) => [wordOf(flag), total[i]]).filter(([, share]) => share > 0);
  strip.say(`Quality. ${words.map(([word, share]) => `${word}: ${(100 * share).toFixed(0)} % of channels and time`).join("; ") || "No channel is flagged on this page"}`);
}
