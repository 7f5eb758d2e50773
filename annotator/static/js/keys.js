// Every key of the desk, once: what it is called, what it does, and which of the desk's acts it calls.
// The help is drawn from this table. `moves` changes nothing, so it never waits; `keeps` leaves
// an open row open; `drawn` acts on a row, so it waits until what came before it is drawn.

const ahead = (desk, event) => (desk.selection.rtl ? { ArrowLeft: 1, ArrowRight: -1 } : { ArrowRight: 1, ArrowLeft: -1 })[event.key];

export const KEYS = [
  { group: "Moving" },
  { keys: ["ArrowLeft", "ArrowRight"], label: "← →", does: "by word; Shift stretches, Alt goes by character", moves: true, run: (desk, event) => (event.altKey ? desk.selection.nudge(ahead(desk, event), event.shiftKey) : desk.selection.step(ahead(desk, event), event.shiftKey)) },
  { keys: ["ArrowUp", "ArrowDown"], label: "↑ ↓", does: "to the last or next name, pronoun or mark", moves: true, run: (desk, event) => desk.selection.stop(event.key === "ArrowDown" ? 1 : -1, event.shiftKey) },
  { keys: ["Home", "End"], label: "Home End", does: "to the first or last word", moves: true, run: (desk, event) => desk.selection.ends(event.key === "End", event.shiftKey) },
  { keys: ["j"], label: "J, then letters", does: "to the next word that begins so", moves: true, run: (desk) => desk.jump() },
  { keys: ["/", "i"], label: "/ or I", does: "search the article, or show one’s flagged, skipped, commented … sentences; Enter opens the next match, Esc goes back", keeps: true, moves: true, run: (desk) => desk.finder.open() },
  { keys: ["w"], label: "W", does: "widen to the run of names, then to the punctuation", moves: true, run: (desk) => desk.selection.widen() },
  { group: "Actors" },
  { keys: [], label: "1…9, Shift+0…9", does: "the selection mentions actor 1 to 9, 10 to 19 of the cast, from 20 on A and its number; on a mention: it is this actor" },
  { keys: ["a"], label: "A", does: "the list of actors; type to search, Enter takes; its last entry makes a new one", keeps: true, run: (desk) => desk.actors.open() },
  { keys: ["+"], label: "+, then a number", does: "a second actor for the same words", run: (desk) => desk.actors.plus() },
  { keys: ["l"], label: "L", does: "what one changed last, who a name or a “he” is, is changed for all like it in the article", run: (desk) => desk.actors.relinkEverywhere() },
  { keys: ["y"], label: "Y", does: "take the suggestion at the cursor; Shift+Y takes all the sure ones", run: (desk, event) => (event.shiftKey ? desk.suggestions.takeSure() : desk.suggestions.take()) },
  { keys: ["x"], label: "X", does: "dismiss the suggestion at the cursor; Shift+X brings the last one back", drawn: true, run: (desk, event) => (event.shiftKey ? desk.suggestions.recall() : desk.suggestions.dismiss()) },
  { group: "Events and stance" },
  { keys: ["e"], label: "E", does: "an event: its type, then the actors in each role; Space is the next role", layer: "events", run: (desk) => desk.rows.pickType() },
  { keys: ["s"], label: "S", does: "a stance: the holder, its targets, then the label", layer: "stances", run: (desk) => desk.stances.compose() },
  { keys: ["Tab"], label: "Tab", does: "the next row; Shift+Tab the last one", drawn: true, run: (desk, event) => desk.rows.step(event.shiftKey ? -1 : 1) },
  { keys: ["."], label: ".", does: "more about the row: mode, modality, other fields", keeps: true, drawn: true, run: (desk) => desk.rows.pickField() },
  { keys: ["v"], label: "V", does: "who says so: according to whom the event or the stance is", keeps: true, drawn: true, run: (desk) => desk.rows.pickVia() },
  { keys: ["q"], label: "Q", does: "the selection is the cue of the stance", drawn: true, run: (desk) => desk.rows.setCue() },
  { keys: ["r"], label: "R", does: "the selection is the extent of the row", drawn: true, run: (desk) => desk.rows.setExtent() },
  { keys: ["Delete", "Backspace"], label: "Delete", does: "remove the row, or the mark at the cursor", drawn: true, run: (desk) => desk.rows.remove() },
  { group: "The sentence" },
  { keys: ["Enter"], label: "Enter", does: "done, and on; Shift+Enter goes back a sentence", run: (desk, event) => (event.shiftKey ? desk.back() : desk.finish({ do: "finish" })) },
  { keys: ["n"], label: "N", does: "nothing here, and on; Shift+N removes the tags first", run: (desk, event) => desk.finish({ do: "empty", ...(event.shiftKey ? { clear: true } : {}) }) },
  { keys: ["k"], label: "K", does: "skip, with a reason", run: (desk) => desk.pickReason() },
  { keys: ["z"], label: "Z", does: "undo in this article, without limit; Shift+Z does it again", run: (desk, event) => desk.gesture({ do: event.shiftKey ? "redo" : "undo" }, event.shiftKey ? "done again" : "undone") },
  { keys: ["f"], label: "F", does: "flag the sentence, or take the flag away", run: (desk) => desk.flag() },
  { keys: ["c"], label: "C", does: "a comment on the sentence", run: (desk) => desk.comment() },
  { keys: ["g"], label: "G", does: "the guideline for the row", keeps: true, moves: true, run: (desk) => desk.guideline() },
  { keys: ["Escape"], label: "Esc", does: "step out of the list, the row, the selection", keeps: true, moves: true, run: (desk) => desk.stepOut() },
  { keys: ["?"], label: "?", does: "these keys", keeps: true, moves: true, run: (desk) => desk.help() },
];

export const keyFor = (name) => KEYS.find((row) => row.keys?.includes(name));
