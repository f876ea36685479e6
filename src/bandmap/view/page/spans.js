// Stretches of time: [[start, stop]], ascending and disjoint.
export function joined(spans) {
  const found = [];
  for (const [start, stop] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
    else if (start < stop) found.push([start, stop]);
  }
  return found;
}

export function without(spans, [start, stop]) {
  return spans.flatMap(([a, b]) => [[a, Math.min(b, start)], [Math.max(a, stop), b]]).filter(([a, b]) => a < b);
}

export const covers = (spans, [start, stop]) => spans.some(([a, b]) => a <= start + 0.01 && b >= stop - 0.01);
export const total = (spans) => spans.reduce((sum, [start, stop]) => sum + stop - start, 0);
