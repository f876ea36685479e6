"use strict";
function sortBy(header) {
  const column = header.cellIndex;
  const body = header.closest("table").tBodies[0];
  const down = header.getAttribute("aria-sort") === "ascending";
  const key = (row) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
  };
  const compare = (one, other) => {
    const [a, b] = [key(one), key(other)];
    if (typeof a === "number" && typeof b === "number") return down ? b - a : a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1; // unknown values stay at the end
    return (down ? -1 : 1) * a.localeCompare(b, "en", { numeric: true });
  };
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...[...body.rows].sort(compare));
}
for (const button of document.querySelectorAll("table.sortable th button")) {
  button.addEventListener("click", () => sortBy(button.parentElement));
}
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
function showDetails(event) {
  const cell = event.target.closest(".heat td[tabindex]");
  if (cell) cell.closest(".heats").querySelector(".cell-details").textContent = cell.title;
}
function move(event) {
  const cell = event.target.closest(".heat td[tabindex]");
  const step = STEPS[event.key];
  if (!cell || !step) return;
  event.preventDefault();
  const row = cell.closest("tbody").rows[cell.parentElement.sectionRowIndex + step[0]];
  const next = row && row.cells[cell.cellIndex + step[1]];
  if (!next || next.tagName !== "TD") return;
  cell.tabIndex = -1; // one tab stop per matrix: the last visited cell
  next.tabIndex = 0;
  next.focus();
}
addEventListener("mouseover", showDetails);
addEventListener("focusin", showDetails);
addEventListener("keydown", move);
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();
addEventListener("beforeprint", () => {
  for (const image of document.images) image.loading = "eager";
  for (const part of document.querySelectorAll("details")) part.open = true;
});
