// Tooltips for charts, and the way along their marks with the keyboard. What is told stands in the marks' names already.

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
tip.ariaHidden = "true"; // the same words are read out from the mark itself
document.body.append(tip);
let lit = null;

function show(mark) {
  hide();
  lit = mark;
  mark.classList.add("at");
  tip.textContent = mark.ariaLabel;
  tip.hidden = false;
  const box = mark.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const left = Math.max(8, Math.min(box.left + box.width / 2 - tip.offsetWidth / 2, room));
  const above = box.top - tip.offsetHeight - 8;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${(above > 0 ? above : box.bottom + 8) + scrollY}px`;
}

function hide() {
  lit?.classList.remove("at");
  lit = null;
  tip.hidden = true;
}

// The mark under the pointer, or the nearest one to its left or right: points are small.
function nearest(marks, x, y) {
  let found = null, least = 28;
  for (const mark of marks) {
    const box = mark.getBoundingClientRect();
    const dx = Math.max(box.left - x, 0, x - box.right), dy = Math.max(box.top - y, 0, y - box.bottom);
    const far = dx + dy / 3;
    if (far < least) [found, least] = [mark, far];
  }
  return found;
}

for (const chart of document.querySelectorAll("[data-plot] svg")) {
  const marks = [...chart.querySelectorAll('[role="graphics-symbol"][aria-label]')]
    .filter((mark) => !mark.closest('[aria-roledescription="axis"], [aria-roledescription="legend"]') && !/axis|legend|title/.test(mark.ariaRoleDescription ?? ""));
  if (!marks.length) continue;
  for (const mark of marks) mark.tabIndex = -1;
  marks[0].tabIndex = 0;
  chart.addEventListener("pointermove", (event) => {
    const mark = nearest(marks, event.clientX, event.clientY);
    if (mark && mark !== lit) show(mark);
    else if (!mark) hide();
  });
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("focusin", (event) => { if (marks.includes(event.target)) show(event.target); });
  chart.addEventListener("focusout", hide);
  chart.addEventListener("keydown", (event) => {
    const at = marks.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    if (event.key === "Escape") hide();
    if (at < 0 || to === undefined || !marks[to]) return;
    event.preventDefault();
    marks[at].tabIndex = -1;
    marks[to].tabIndex = 0;
    marks[to].focus();
  });
}

// One open list of departments at most, closed by Escape or a press elsewhere.
for (const list of document.querySelectorAll("details.choice")) {
  addEventListener("pointerdown", (event) => { if (!list.contains(event.target)) list.open = false; });
  list.addEventListener("keydown", (event) => { if (event.key === "Escape") { list.open = false; list.firstElementChild.focus(); } });
}
