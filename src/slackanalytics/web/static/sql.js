// Comforts of the SQL page: completion from the keyboard, Ctrl+Enter, a way to the error. It works without them.

const KEYWORDS = ("SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET JOIN LEFT RIGHT FULL OUTER INNER CROSS ON USING AS WITH DISTINCT " +
  "AND OR NOT NULL IN EXISTS BETWEEN LIKE CASE WHEN THEN ELSE END CAST UNION INTERSECT EXCEPT ALL OVER PARTITION ROWS DATE TIMESTAMP INTERVAL " +
  "DAY ASC DESC TRUE FALSE FILTER ROLLUP UNNEST").split(" ");
const MOST = 8;

const area = document.querySelector("#statement");
if (area) {
  for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;
  completion(area);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  });
  document.querySelector("[data-go-there]")?.addEventListener("click", () => goTo(area));
  document.querySelector("#rows")?.scrollIntoView({ block: "nearest" });
}

const elapsed = document.querySelector("[data-elapsed]");
if (elapsed) {
  const began = performance.now() - 1000 * Number(elapsed.dataset.elapsed);
  setInterval(() => { elapsed.textContent = `${Math.round((performance.now() - began) / 1000)} s`; }, 1000);
}

// The character that an error is about, selected.
function goTo(editor) {
  const lines = editor.value.split("\n");
  const line = Number(editor.dataset.line) - 1;
  const start = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0) + Number(editor.dataset.column) - 1;
  editor.focus();
  editor.setSelectionRange(start, start + 1);
}

// What may be completed: each name once, tables before columns before functions before keywords.
function known() {
  const found = new Map();
  for (const kind of ["table", "column", "function"]) {
    for (const element of document.querySelectorAll(`[data-word="${kind}"]`)) {
      if (!found.has(element.textContent)) found.set(element.textContent, kind);
    }
  }
  for (const word of KEYWORDS) if (!found.has(word)) found.set(word, "keyword");
  return [...found].map(([word, kind]) => ({ word, kind }));
}

// The editable part of https://www.w3.org/WAI/ARIA/apg/patterns/combobox/, for a text of several lines: the focus stays
// in the text, the list is told by aria-activedescendant, and nothing is chosen before an arrow key has chosen it.
function completion(editor) {
  const words = known();
  const list = document.createElement("ul");
  list.id = "completions";
  list.className = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Completions");
  list.hidden = true;
  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  editor.after(list, said);
  editor.setAttribute("aria-autocomplete", "list");
  editor.setAttribute("aria-controls", list.id);
  let active = -1;

  const before = () => editor.value.slice(0, editor.selectionStart).match(/[\p{L}\p{N}_.]*$/u)[0];

  function close() {
    list.hidden = true;
    active = -1;
    editor.removeAttribute("aria-activedescendant");
    said.textContent = "";
  }

  function matching(typed) {
    const lower = typed.toLowerCase();
    const last = lower.slice(lower.lastIndexOf(".") + 1);
    return words.filter(({ word, kind }) => {
      const name = word.toLowerCase();
      if (kind === "table") return name !== lower && (name.startsWith(lower) || name.slice(name.indexOf(".") + 1).startsWith(lower));
      if (kind === "column") return name !== last && name.startsWith(last);
      return name !== lower && name.startsWith(lower);
    }).slice(0, MOST);
  }

  function open() {
    const found = matching(before());
    if (!found.length) return close();
    list.replaceChildren(...found.map(({ word, kind }, number) => {
      const item = document.createElement("li");
      item.id = `completion-${number}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.word = word;
      item.dataset.kind = kind;
      const note = document.createElement("span");
      note.textContent = kind;
      item.append(word, note);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
      return item;
    }));
    active = -1;
    editor.removeAttribute("aria-activedescendant");
    list.hidden = false;
    place();
    said.textContent = `${found.length} ${found.length === 1 ? "completion" : "completions"}`;
  }

  // Under the word, within the editor: the font is monospaced and lines are not wrapped.
  function place() {
    const style = getComputedStyle(editor);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const text = editor.value.slice(0, editor.selectionStart - before().length);
    const column = text.length - text.lastIndexOf("\n") - 1;
    const left = parseFloat(style.paddingLeft) + column * pen.measureText("m").width - editor.scrollLeft;
    const top = parseFloat(style.paddingTop) + text.split("\n").length * parseFloat(style.lineHeight) - editor.scrollTop;
    list.style.left = `${Math.max(0, Math.min(left, editor.clientWidth - list.offsetWidth))}px`;
    list.style.top = `${Math.max(0, top) + 4}px`;
  }

  function move(step) {
    const items = [...list.children];
    items[active]?.setAttribute("aria-selected", "false");
    active = (active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length;
    items[active].setAttribute("aria-selected", "true");
    items[active].scrollIntoView({ block: "nearest" });
    editor.setAttribute("aria-activedescendant", items[active].id);
  }

  function choose(item) {
    const typed = before();
    const whole = item.dataset.kind === "column" ? typed.slice(typed.lastIndexOf(".") + 1) : typed;
    const end = editor.selectionStart;
    editor.focus();
    editor.setRangeText(item.dataset.word + (item.dataset.kind === "function" ? "(" : ""), end - whole.length, end, "end");
    close();
  }

  editor.addEventListener("input", () => (before().length ? open() : close()));
  editor.addEventListener("blur", close);
  editor.addEventListener("click", close);
  window.addEventListener("resize", () => list.hidden || place());
  editor.addEventListener("keydown", (event) => {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      open();
    } else if (list.hidden || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
      event.preventDefault();
      choose(list.children[active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      close();
    }
  });
}
