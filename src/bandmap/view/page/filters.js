// Filters of the page, on top of those of harmonization: Butterworth of second order, forwards and backwards.
export const HIGH_PASS = [0, 1, 2, 5];
export const LOW_PASS = [0, 15, 30, 40];
export const NOTCH = [0, 50, 60];
export const MARGIN_SECONDS = 3;

function section(kind, hz, rate) {
  const w = (2 * Math.PI * hz) / rate;
  const alpha = Math.sin(w) / (kind === "notch" ? 30 : Math.SQRT2);
  const [c, a0] = [Math.cos(w), 1 + alpha];
  const b = { high: [(1 + c) / 2, -(1 + c), (1 + c) / 2], low: [(1 - c) / 2, 1 - c, (1 - c) / 2], notch: [1, -2 * c, 1] }[kind];
  return [b[0] / a0, b[1] / a0, b[2] / a0, (-2 * c) / a0, (1 - alpha) / a0];
}

export function sections({ highPass, lowPass, notch }, rate) {
  const wanted = [["high", highPass], ["low", lowPass], ["notch", notch]];
  return wanted.filter(([, hz]) => hz > 0 && hz < rate / 2).map(([kind, hz]) => section(kind, hz, rate));
}

// Filters values in place; time without a signal stays so, and the filter begins anew after it.
export function filter(values, chain) {
  for (const coefficients of chain) {
    pass(values, coefficients, 0, values.length, 1);
    pass(values, coefficients, values.length - 1, -1, -1);
  }
}

function pass(values, [b0, b1, b2, a1, a2], from, to, step) {
  let [z1, z2, fresh] = [0, 0, true];
  const gain = (b0 + b1 + b2) / (1 + a1 + a2);
  for (let i = from; i !== to; i += step) {
    const x = values[i];
    if (x !== x) { fresh = true; continue; }
    if (fresh) { // as if the first value had always been there
      z1 = x * (gain - b0);
      z2 = x * (b2 - a2 * gain);
      fresh = false;
    }
    const y = b0 * x + z1;
    z1 = b1 * x - a1 * y + z2;
    z2 = b2 * x - a2 * y;
    values[i] = y;
  }
}
