// Every key of the desk, once: what it is called, what it does, and which of the desk's acts it calls.
// The help is drawn from this table.

const arrows = (desk, event) => (desk.selection.rtl ? { ArrowLeft: 1, ArrowRight: -1 } : { ArrowRight: 1, ArrowLeft: -1 })[event.key];

export const KEYS = [
  { keys: ["ArrowLeft", "ArrowRight"], label: "← →", does: "cursor by word; Shift stretches, Alt goes by character", moves: true, run: (desk, event) => (event.altKey ? desk.selection.nudge(arrows(desk, event), event.shiftKey) : desk.selection.step(arrows(desk, event), event.shiftKey)) },
  { keys: ["ArrowUp", "ArrowDown"], label: "↑ ↓", does: "cursor to the last or next name, pronoun or mark", moves: true, run: (desk, event) => desk.selection.stop(event.key === "ArrowDown" ? 1 : -1, event.shiftKey) },
  { keys: ["Home", "End"], label: "Home End", does: "cursor to the first or last word", moves: true, run: (desk, event) => desk.selection.ends(event.key === "End", event.shiftKey) },
  { keys: ["j"], label: "J, then letters", does: "cursor to the next word that begins so", moves: true, run: (desk) => desk.jump() },
  { keys: ["w"], label: "W", does: "widen to the run of names, then to the punctuation", moves: true, run: (desk) => desk.selection.widen() },
  { keys: [], label: "1…9, Shift+0…9", does: "the selection mentions this actor of the cast; on a mention: it is this actor", run: null },
  { keys: ["+"], label: "+, then a number", does: "a second actor for the same words", run: (desk) => desk.plus() },
  { keys: ["a"], label: "A", does: "the list of actors; type to search, or to make a new one", run: (desk) => desk.pickActor() },
  { keys: ["e"], label: "E", does: "an event: its type, then the actors in each role; Space is the next role", run: (desk) => desk.pickType() },
  { keys: ["s"], label: "S", does: "a stance: the holder, its targets, then the label", run: (desk) => desk.composeStance() },
  { keys: ["."], label: ".", does: "a further field of the row at hand", run: (desk) => desk.pickField() },
  { keys: ["v"], label: "V", does: "the row at hand: according to whom", run: (desk) => desk.pickVia() },
  { keys: ["q"], label: "Q", does: "the selection is the cue of the stance at hand", run: (desk) => desk.setCue() },
  { keys: ["r"], label: "R", does: "the selection is the extent of the row at hand", run: (desk) => desk.setExtent() },
  { keys: ["Tab"], label: "Tab", does: "the next row at hand; Shift+Tab the last one", moves: true, run: (desk, event) => desk.nextRow(event.shiftKey ? -1 : 1) },
  { keys: ["Delete", "Backspace"], label: "Delete", does: "remove the row at hand, or the mark at the cursor", run: (desk) => desk.remove() },
  { keys: ["n"], label: "N", does: "nothing here, and on; Shift+N clears the tags first", run: (desk, event) => desk.finish({ do: "empty", ...(event.shiftKey ? { clear: true } : {}) }) },
  { keys: ["k"], label: "K", does: "skip, with a reason", run: (desk) => desk.pickReason() },
  { keys: ["Enter"], label: "Enter", does: "done, and on; Shift+Enter goes back a sentence", run: (desk, event) => (event.shiftKey ? desk.back() : desk.finish({ do: "finish" })) },
  { keys: ["z"], label: "Z", does: "undo in this article, without limit; Shift+Z does it again", run: (desk, event) => desk.gesture({ do: event.shiftKey ? "redo" : "undo" }, event.shiftKey ? "do again" : "undo") },
  { keys: ["f"], label: "F", does: "flag this sentence, or take the flag away", run: (desk) => desk.flag() },
  { keys: ["c"], label: "C", does: "a comment on this sentence", run: (desk) => desk.comment() },
  { keys: ["g"], label: "G", does: "the guideline for the row at hand", run: (desk) => desk.guideline() },
  { keys: ["Escape"], label: "Esc", does: "step out: close the list, the row, the selection", moves: true, run: (desk) => desk.stepOut() },
  { keys: ["?"], label: "?", does: "these keys", moves: true, run: (desk) => desk.help() },
];

export const keyFor = (name) => KEYS.find((row) => row.keys.includes(name));
