// The rows of the lanes: which one is at hand, an event's roles, and the further fields of both.

import { mint } from "./actors.js";
import { element } from "./picker.js";
import { entry } from "./stances.js";

export class Rows {
  constructor(desk) {
    this.desk = desk;
    this.tag = null; // the row at hand
    this.open = null; // an event's row that takes actors: {tag, role, held: {role: Set}}
  }

  all() {
    return [...this.desk.region.querySelectorAll(".row")];
  }

  current() {
    return this.tag ? document.getElementById(`row-${this.tag}`) : null;
  }

  step(by) {
    const rows = this.all();
    if (!rows.length) return this.desk.say("Nothing is tagged here yet.");
    const at = rows.indexOf(this.current());
    this.take(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length]);
  }

  take(row) {
    this.tag = row.dataset.tag;
    this.open = null;
    if (row.dataset.kind === "event") this.openAt(this.tag);
    if (row.dataset.s) this.desk.selection.unstretched(Number(row.dataset.s), Number(row.dataset.e));
    this.show();
    row.scrollIntoView({ block: "nearest" });
    this.desk.hear(row.textContent.replace(/\s+/g, " ").trim());
  }

  /** Draws which row is at hand, and which role an open one asks for. */
  show() {
    for (const row of this.all()) {
      const open = this.open?.tag === row.dataset.tag;
      row.classList.toggle("here", row.dataset.tag === this.tag);
      for (const slot of row.querySelectorAll("[data-slot]")) slot.classList.toggle("at", open && slot.dataset.slot === this.open.role);
    }
    this.desk.region.classList.toggle("asking", Boolean(this.open));
    if (this.open) this.desk.hint(this.question());
  }

  // --- events

  /** Event types: those that one uses most, then all as the codebook has them. */
  types() {
    const { event_types: all, own_types: own } = this.desk.codebook;
    const most = own.map((id) => ({ ...all.find((one) => one.id === id), group: "used most" }));
    const others = all.filter((one) => !own.includes(one.id));
    return [...most, ...others.map((one) => (own.length ? { ...one, group: one.group || "others" } : one))];
  }

  pickType() {
    const { desk } = this;
    const range = desk.codebook.event_trigger === "none" ? {} : desk.selection.range();
    desk.picker.open({
      title: range.text ? `Which event is “${range.text}”?` : "Which event?",
      hint: "its key, or Space to search",
      options: this.types().map(entry),
      again: () => this.pickType(),
      take: (option) => this.add(option, range),
    });
  }

  add(option, range) {
    const id = mint("e");
    this.awaitRoles(id);
    this.desk.selection.made = false;
    this.desk.gesture({ do: "event", id, type: option.value, ...range }, range.text ? `${option.title} at “${range.text}”` : option.title);
    if (this.open) this.ask();
  }

  /** Whom the open role asks for, or who has it, and how to go on. */
  question() {
    const { tag, role } = this.open;
    const names = [...document.querySelectorAll(`#row-${CSS.escape(tag)} [data-slot="${CSS.escape(role)}"] .chip > span`)].map((name) => name.textContent);
    const said = this.roleTitle(role);
    const asked = names.length ? `The ${said} is ${names.join(", ")}. One more: 1…9, A` : `Who is the ${said}? 1…9, A`;
    return `${asked} or the cast · Space: the ${this.roleTitle(this.roleAfter(role))} · Esc: back to the words`;
  }

  roleAfter(role) {
    const ids = this.desk.codebook.roles.map((one) => one.id);
    return ids[(ids.indexOf(role) + 1) % ids.length];
  }

  /** Says whom the open role asks for. */
  ask() {
    this.show();
    this.desk.hear(`Who is the ${this.roleTitle(this.open.role)}?`);
  }

  /** An event that is about to be there is at hand, open at its first role. */
  awaitRoles(tag) {
    this.tag = tag;
    if (this.desk.codebook.roles.length) this.open = { tag, role: this.desk.codebook.roles[0].id, held: {} };
  }

  /** Who may have the open role, the likeliest first. */
  likely() {
    const name = this.open && document.getElementById(`row-${this.open.tag}`)?.querySelector(`[data-role="${CSS.escape(this.open.role)}"]`);
    return name ? JSON.parse(name.dataset.likely) : [];
  }

  roleTitle(id) {
    return (this.desk.codebook.roles.find((role) => role.id === id)?.title ?? id).toLowerCase();
  }

  openAt(tag, role = this.desk.codebook.roles[0]?.id) {
    const row = document.getElementById(`row-${tag}`);
    if (!row || row.dataset.kind !== "event" || !role) return;
    const held = {};
    for (const slot of row.querySelectorAll("[data-role]")) held[slot.dataset.role] = new Set(JSON.parse(slot.dataset.actors));
    this.tag = tag;
    this.open = { tag, role, held };
    this.ask();
  }

  close() {
    if (this.open) this.desk.hint("");
    this.open = null;
    this.show();
  }

  nextRole() {
    this.open.role = this.roleAfter(this.open.role);
    this.ask();
  }

  /** Puts an actor into the open role, or takes it out. */
  toggle(actor, propose = null, open = this.open) {
    if (!actor || !open) return;
    const { tag, role, held } = open;
    const set = (held[role] ??= new Set());
    const within = !set.delete(actor.key);
    if (within) set.add(actor.key);
    const words = `${actor.name} is ${within ? "" : "no longer "}the ${this.roleTitle(role)}`;
    return this.desk.gesture({ do: "role", tag, role, actor: actor.key, within, ...(propose ? { propose: [propose] } : {}) }, words);
  }

  // --- further fields

  /** The row at hand, else the last one that has fields. */
  fielded() {
    const row = this.current() ?? this.all().findLast((one) => one.dataset.kind !== "mention");
    if (row && row.dataset.kind !== "mention") return row;
    this.desk.say("No event or stance is at hand. Tab goes to one.");
    return null;
  }

  pickField() {
    const row = this.fielded();
    if (!row) return;
    const { codebook } = this.desk;
    this.tag = row.dataset.tag;
    this.show();
    const event = row.dataset.kind === "event";
    const type = codebook.event_types.find((one) => one.id === row.dataset.type);
    const fields = (codebook.attributes[event ? "events" : "stances"] ?? []).map((spec) => ({ ...entry(spec), field: `attributes.${spec.id}`, spec }));
    const own = (key, title, field, choices) => ({ key, title, field, spec: { kind: "choice", choices } });
    if (event && codebook.modalities.length > 1) fields.unshift(own("m", "Modality", "modality", codebook.modalities));
    if (event && type?.modes.length) fields.unshift(own("o", "Mode", "mode", type.modes));
    fields.push(event ? own("t", "Type", "type", this.types()) : own("l", "Label", "label", codebook.stance_labels));
    if (fields.length === 1) return this.fill(row, fields[0]);
    this.desk.picker.open({ title: "Which field?", hint: "its key", search: false, options: fields, take: (option) => this.fill(row, option) });
  }

  retype(row) {
    const choices = this.types().map((one) => ({ ...one, current: one.id === row.dataset.type }));
    this.fill(row, { title: "Type", field: "type", spec: { kind: "choice", choices } });
  }

  fill(row, { title, field, spec }) {
    const { desk } = this;
    const held = JSON.parse(row.querySelector(".fields")?.dataset.attributes || "{}")[spec.id];
    const set = (value, words) => desk.gesture({ do: "field", tag: row.dataset.tag, name: field, value }, `${title}: ${words}`);
    if (spec.kind === "choice") {
      const none = spec.id || field === "mode" ? [{ key: "0", title: "None", value: null }] : [];
      return desk.picker.open({ title, hint: "its key, or Space to search", options: [...spec.choices.map(entry), ...none], take: (option) => set(option.value, option.title) });
    }
    if (spec.kind === "choices") return this.fillChoices(title, spec, new Set(held ?? []), set);
    if (spec.kind === "span") {
      const range = desk.selection.range();
      return range && set(range, `“${range.text}”`);
    }
    const type = { date: "text", number: "text", text: "text" }[spec.kind];
    desk.askText(title, held ?? "", type, (value) => set(value || null, value || "none"), spec.kind === "date" ? "2031-05-14, 2031-05 or 2031" : "Enter saves");
  }

  fillChoices(title, spec, chosen, set) {
    const take = (option) => {
      if (!chosen.delete(option.value)) chosen.add(option.value);
      const names = spec.choices.filter((choice) => chosen.has(choice.id));
      set(chosen.size ? names.map((choice) => choice.id) : null, names.map((choice) => choice.title).join(", ") || "none");
      again();
    };
    const again = () => {
      const options = spec.choices.map((choice) => ({ ...entry(choice), on: chosen.has(choice.id), stays: true }));
      this.desk.picker.open({ title, hint: "keys put in and take out · Esc when done", options, take });
    };
    again();
  }

  /** According to whom, outermost first; an actor that is there already is taken out. */
  pickVia() {
    const row = this.fielded();
    if (!row) return;
    const { desk } = this;
    const held = JSON.parse(row.querySelector(".fields").dataset.via);
    const use = (actor, propose) => {
      const via = held.includes(actor.key) ? held.filter((key) => key !== actor.key) : [...held, actor.key];
      return desk.gesture({ do: "via", tag: row.dataset.tag, via, ...(propose ? { propose: [propose] } : {}) }, `according to ${actor.name}`);
    };
    const options = [
      ...desk.actors.options(),
      { key: "0", title: "The author", value: "author" },
      { key: "x", title: "Unattributed", value: "unattributed" },
      { key: "a", title: "Another actor…", isList: true },
    ].map((one) => ({ ...one, on: held.includes(one.value) }));
    const take = (option) => (option.isList ? desk.actors.open(use, "According to whom?") : use({ key: option.value, name: option.title }));
    desk.stances.ask("According to whom?", "a number · A the list", options, take);
  }

  setCue() {
    const row = this.current();
    const range = this.desk.selection.range();
    if (row?.dataset.kind !== "stance") return this.desk.say("Tab to a stance first.");
    return this.desk.gesture({ do: "cue", tag: row.dataset.tag, cue: range }, `its cue is “${range.text}”`);
  }

  setExtent() {
    const row = this.current();
    const range = this.desk.selection.range();
    if (!row) return this.desk.say("Tab to a row first.");
    return this.desk.gesture({ do: "extent", tag: row.dataset.tag, ...range }, `it is “${range.text}”`);
  }

  remove() {
    const row = this.current() ?? this.marked();
    if (!row) return this.desk.say("Nothing to remove at the cursor. Tab goes through the rows.");
    this.tag = null;
    return this.desk.gesture({ do: "remove", tag: row.dataset.tag }, row.querySelector(".remove").getAttribute("aria-label").replace("Remove", "removed"));
  }

  /** The row of the innermost mark around the cursor. */
  marked() {
    const mark = this.desk.selection.words[this.desk.selection.cursor]?.closest(".mark");
    return mark ? document.getElementById(`row-${mark.dataset.tags.split(" ")[0]}`) : null;
  }

  /** What the codebook says of the row's label. */
  guideline() {
    const row = this.current();
    const { codebook } = this.desk;
    const wanted = row?.dataset.type ?? row?.dataset.label;
    const found = [...codebook.event_types, ...codebook.stance_labels].find((one) => one.id === wanted);
    if (!found) return { title: "Guidelines", parts: ["Tab to an event or a stance to read about its label."] };
    const examples = found.examples.map((text) => element("blockquote", { textContent: text }));
    const definition = element("p", { textContent: found.definition || "The codebook defines it no further." });
    const layer = row.dataset.kind === "event" ? "events" : "stances";
    return { title: `${found.id} · ${found.title}`, parts: [definition, ...examples], query: new URLSearchParams({ layer, label: found.id }) };
  }
}
