// The bench by keyboard: keys press the buttons that are there. One press at a time goes out; what is pressed
// meanwhile waits its turn and acts on what is then drawn. Focus stays on the row at hand.

const $ = (id) => document.getElementById(id);
const bench = () => $("bench");
const rows = () => [...bench().querySelectorAll("tr[data-row]")];
const here = () => bench().querySelector("tr.here");

const waiting = [];
let busy = false;

const say = (text) => ($("said").textContent = text);

// --- the row at hand

function goTo(row) {
  if (!row) return;
  for (const other of rows()) {
    other.classList.toggle("here", other === row);
    other.tabIndex = other === row ? 0 : -1;
  }
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  follow(row);
}

/** What belongs to the row: its marks in the sentence, its labels' definitions. */
function follow(row) {
  const key = row?.dataset.row;
  const lists = (element) => element.dataset.rows.split(" ").includes(key);
  for (const mark of bench().querySelectorAll(".mark[data-rows]")) mark.classList.toggle("lit", lists(mark));
  for (const card of bench().querySelectorAll(".card[data-rows]")) card.toggleAttribute("data-elsewhere", Boolean(key) && !lists(card));
  for (const field of bench().querySelectorAll("input[name=at]")) field.value = key ?? "";
  for (const select of bench().querySelectorAll("select[name=about]")) {
    const option = [...select.options].find((one) => one.value.startsWith(`${key} `));
    if (option) select.value = option.value;
  }
}

function step(by) {
  const all = rows();
  goTo(all[Math.max(0, Math.min(all.length - 1, all.indexOf(here()) + by))]);
}

// --- presses

/** Presses a button of the bench, and holds further keys back until the answer is drawn. */
function press(button) {
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

const act = (name) => press(bench().querySelector(`.actions [data-act="${name}"]`));
const digit = (n) => press(here()?.querySelector(`[data-digit="${n}"]`)) || say("This row has no such version.");

/** "None of it" also where the row offers no button for it. */
function none() {
  const row = here();
  if (!row || row.dataset.row === "state") return;
  if (press(row.querySelector('[data-digit="0"]'))) return;
  const pressed = $("pressed");
  pressed.value = JSON.stringify({ do: "none", row: row.dataset.row });
  press(pressed);
}

function aside(name) {
  const details = $(name);
  if (details.hidden) return say("Decide a row first.");
  details.open = true;
  details.querySelector("input:not([type=hidden]), select").focus();
}

function leave() {
  const open = document.activeElement?.closest("details[open]");
  if (open && bench().contains(open)) {
    open.open = false;
    open.querySelector("form").reset();
  } else if ($("edit-leave")) {
    document.activeElement.blur(); // what is typed from now on is the bench's
    return $("edit-leave").click();
  }
  focusHere();
}

const KEYS = [
  { keys: "123456789", label: "1…9", does: "take this version of the row, and on to the next open one", run: (key) => digit(key) },
  { keys: "0", label: "0", does: "none of it", run: none },
  { keys: "m", label: "M", does: "of each open row what more than half hold, by competence where it is known", run: () => act("majority") },
  { keys: "e", label: "E", does: "edit the row into what nobody said", run: () => press(here()?.querySelector('[data-act="edit"]')) },
  { keys: "a", label: "A", does: "add what everybody missed", run: () => press(bench().querySelector('[data-act="add"]')) },
  { keys: "r", label: "R", does: "a reason, from the list or in your words", run: () => aside("reason") },
  { keys: "u", label: "U", does: "the codebook is unclear here: a note on the label", run: () => aside("unclear") },
  { keys: "p", label: "P", does: "keep the row as a precedent", run: () => aside("precedent") },
  { keys: "z", label: "Z", does: "undo your last press, in whichever sentence it was", run: () => act("undo") },
  { keys: "l", label: "L", does: "leave this sentence for later", run: () => act("later") },
  { keys: ["Enter"], label: "Enter", does: "gold, and on to the next", run: () => act("gold") },
  { keys: ["ArrowDown", "Tab"], label: "↓ Tab", does: "the next row", run: () => step(1) },
  { keys: ["ArrowUp", "Shift+Tab"], label: "↑ Shift+Tab", does: "the row before", run: () => step(-1) },
  { keys: ["Escape"], label: "Esc", does: "leave a form", run: leave },
  { keys: "?", label: "?", does: "these keys", run: () => help() },
];

/** The key as typed, or the letter at its position on layouts without Latin letters. */
function keyOf(event) {
  if (event.key === "Tab" && event.shiftKey) return "Shift+Tab";
  if (event.key.length === 1 && event.key.charCodeAt(0) < 128) return event.key.toLowerCase();
  if (event.key.length === 1 && event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  return event.key;
}

/** Tab walks the rows, and out of them at both ends. */
function leavesTable(key) {
  const all = rows();
  const edge = { Tab: all[all.length - 1], "Shift+Tab": all[0] }[key];
  return document.activeElement !== here() || edge === here();
}

function ours(event, key) {
  const at = event.target;
  if (![document.body, $("main")].includes(at) && !bench().contains(at)) return false;
  if (at.closest("input, textarea, select")) return inField(event, key);
  if (key.endsWith("Tab")) return !leavesTable(key);
  return !(at.closest("button, a, summary") && (key === "Enter" || key === " "));
}

/** In a field only Escape is the bench's, and in the list of reasons the digits. */
function inField(event, key) {
  if (key === "Escape") return true;
  const radio = event.target.closest("[type=radio]");
  const wanted = radio?.form.querySelector(`[data-digit="${CSS.escape(key)}"]`);
  if (wanted) {
    wanted.checked = true;
    wanted.focus();
    event.preventDefault();
  }
  return false;
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = keyOf(event);
  const row = KEYS.find((one) => one.keys.includes(key));
  if (!row || !ours(event, key)) return;
  event.preventDefault();
  waiting.push(() => row.run(key));
  pump();
});

function pump() {
  while (!busy && waiting.length) waiting.shift()();
}

// --- what comes back

addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.closest?.("#bench")) return;
  if (busy) return event.preventDefault();
  busy = true;
});

/**
 * A button pressed while an answer is on its way is pressed in what is then drawn.
 * One that would throw away what is half written elsewhere leads there instead.
 */
addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.("#bench [type=submit], #bench [hx-get], #bench [data-act=later]");
    const form = button && button.id !== "edit-leave" && halfWritten(button.form);
    if (!button || !(busy || form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form) return leadTo(form);
    waiting.push(() => press(drawnAgain(button)) || say("Press it again: the rows have changed."));
  },
  true,
);

/** A field that one has filled in oneself; which label a note is about follows the row at hand. */
function changed(field) {
  if (field.matches("#edit-form select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return field.matches("input:not([type=hidden])") && (field.value !== field.defaultValue || field.checked !== field.defaultChecked);
}

/** A form, but for one, in which something is filled in that is not kept yet. */
const halfWritten = (own) => [...bench().querySelectorAll("#edit-form, .asides form")].find((form) => form !== own && [...form.elements].some(changed));

function leadTo(form) {
  const details = form.closest("details");
  if (details) details.open = true;
  waiting.length = 0;
  [...form.elements].find(changed).focus();
  show(`“${(details?.querySelector("summary") ?? form.querySelector("h2")).firstChild.textContent.trim()}” is half written: keep it first, or Esc leaves it.`);
}

function drawnAgain(button) {
  const same = button.href ? (one) => one.href === button.href : (one) => one.value && one.value === button.value;
  return [...bench().querySelectorAll("button, a")].find(same);
}

addEventListener("htmx:afterRequest", (event) => {
  const { xhr, successful } = event.detail;
  if (!xhr || (event.detail.target?.id !== "bench" && event.detail.elt?.id !== "bench")) return;
  if (xhr.status === 0) {
    waiting.length = 0;
    show("Not saved: the server cannot be reached. Press it again in a moment; nothing is counted twice.");
  } else if (!successful) waiting.length = 0; // what was refused is read before anything else is pressed
  setTimeout(() => {
    busy = false;
    pump();
  });
});

function show(text) {
  const notice = Object.assign(document.createElement("p"), { className: "notice bad", textContent: text });
  notice.setAttribute("role", "alert");
  $("notices").replaceChildren(notice);
}

addEventListener("htmx:afterSettle", (event) => {
  if (!bench() || event.detail.target?.id !== "bench") return;
  $("notices").replaceChildren();
  document.title = bench().dataset.title;
  draw();
  say($("bench-error")?.textContent ?? `${$("bench-notice")?.textContent ?? ""} ${$("saved").textContent}`);
});

function draw() {
  bench().querySelector('[data-act="help"]').hidden = false;
  follow(here());
  const field = $("edit-form")?.querySelector("input:not([type=hidden]), select");
  if (field) field.focus();
  else focusHere();
}

/** On the row at hand while one is open, else on the button that makes gold. */
function focusHere() {
  const row = here();
  if (row && Number(bench().dataset.open)) row.focus({ preventScroll: true });
  else $("make-gold").focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

// --- by mouse

addEventListener("click", (event) => {
  if (event.target.closest('[data-act="help"]')) return help();
  const row = event.target.closest?.("tr[data-row]");
  if (row && !event.target.closest("button, a")) goTo(row);
});

/** Words selected in the sentence fill the field of the form that asks for words. */
let wanting = null;
addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-words]")) wanting = event.target;
});
addEventListener("pointerup", () => {
  const selection = getSelection();
  const host = $("bench-sentence");
  if (!$("edit-form") || !selection.rangeCount || selection.isCollapsed || !host.contains(selection.anchorNode) || !host.contains(selection.focusNode)) return;
  const field = wanting?.isConnected ? wanting : $("edit-form").querySelector("[data-words]");
  const words = covered(host, selection.getRangeAt(0));
  if (!field || !words.length) return;
  field.value = words.map((word) => word.textContent).join("").trim();
  field.form.elements[`${field.name}-start`].value = words.find((word) => word.textContent.trim()).dataset.s ?? "";
  field.focus();
});

/** The words that a selection touches, with what stands between them; not the labels under marks. */
function covered(host, range) {
  const touched = [...host.querySelectorAll(".tok, .gap")].filter((word) => range.intersectsNode(word) && !outside(word, range));
  while (touched.length && touched[0].classList.contains("gap")) touched.shift();
  while (touched.length && touched[touched.length - 1].classList.contains("gap")) touched.pop();
  return touched;
}

/** A word that the selection only touches at its edge. */
function outside(word, range) {
  const own = document.createRange();
  own.selectNodeContents(word);
  return range.compareBoundaryPoints(Range.END_TO_START, own) >= 0 || range.compareBoundaryPoints(Range.START_TO_END, own) <= 0;
}

// --- help

function help() {
  const list = $("help-keys");
  if (!list.children.length) {
    for (const { label, does } of KEYS) {
      const term = document.createElement("dt");
      term.append(Object.assign(document.createElement("kbd"), { textContent: label }));
      list.append(term, Object.assign(document.createElement("dd"), { textContent: does }));
    }
  }
  $("help").showModal();
  $("help").querySelector("form button").focus();
}

$("help").addEventListener("close", focusHere);
addEventListener("popstate", () => location.reload());
draw();
