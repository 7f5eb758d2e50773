// The desk: keys and clicks become gestures; the outbox sends them; each answer is the desk drawn anew.

import { KEYS, keyFor } from "./keys.js";
import { Outbox, newKey } from "./outbox.js";
import { Picker, keyOf, numberOf } from "./picker.js";
import { Selection } from "./selection.js";

const $ = (id) => document.getElementById(id);
const mint = (letter) => letter + newKey().slice(0, 10);

class Desk {
  constructor(host) {
    this.host = host;
    this.codebook = JSON.parse($("codebook").textContent);
    this.selection = new Selection();
    this.picker = new Picker($("picker"), () => this.focus());
    this.row = null; // the tag id of the row at hand
    this.open = null; // an event's row that takes actors: {tag, role, held: {role: Set}}
    this.turns = Promise.resolve();
    this.outbox = new Outbox({
      person: host.dataset.person,
      token: () => this.region.querySelector("[name=csrf_token]").value,
      answered: (html, record, status) => this.paint(html, record, status),
      changed: () => this.showOutbox(),
    });
    this.bind();
    host.addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("click", (event) => this.click(event));
    $("article").addEventListener("click", (event) => this.visit(event));
    addEventListener("popstate", () => location.reload());
    this.drawHelp();
    this.outbox.open();
    this.focus();
  }

  get region() {
    return $("desk");
  }

  get n() {
    return Number(this.region.dataset.n);
  }

  get line() {
    return `${this.host.dataset.project}/${this.host.dataset.document}/${this.n}`;
  }

  bind(place = null) {
    this.selection.bind($("sentence"), place);
    $("desk").querySelector("form").addEventListener("submit", (event) => this.submit(event));
    for (const link of document.querySelectorAll("#article [aria-current]")) link.removeAttribute("aria-current");
    const here = $(`s${this.n}`);
    here?.setAttribute("aria-current", "true");
    here?.scrollIntoView({ block: "nearest" });
    this.showRow();
  }

  focus() {
    $("sentence").focus({ preventScroll: true });
  }

  // --- what goes out and what comes back

  async gesture(gesture, words, line = this.line) {
    if ("submitted" in this.region.dataset) return this.say("This article is submitted. Withdraw the submission first.");
    const url = this.region.querySelector("form").action;
    await this.outbox.add({ url, line, base: Number(this.region.dataset.base), gesture, words });
  }

  paint(html, record, status) {
    const before = { n: this.n, place: this.selection.place(), focused: this.region.contains(document.activeElement) || document.activeElement === document.body };
    htmx.swap("#desk", html, { swapStyle: "outerHTML" });
    this.bind(before.n === this.n ? before.place : null);
    if (before.n !== this.n) this.stepOut(true);
    if (before.focused) this.focus();
    this.showConflict(record, status);
    const url = new URL(this.region.dataset.url, location.href);
    if (url.pathname !== location.pathname) history.replaceState(null, "", url);
    if (before.n !== this.n) document.title = document.title.replace(/sentence \d+/, `sentence ${this.n}`);
    const error = $("desk-error")?.textContent;
    this.say(error ?? (status === 200 ? `Saved: ${record.words}. ${$("desk-notice")?.textContent ?? ""}` : "Not saved."));
  }

  showConflict(record, status) {
    const sent = $("conflict-sent");
    if (sent) sent.textContent = record.words;
    this.stopped = status === 200 ? null : record;
  }

  say(text) {
    $("said").textContent = text;
  }

  showOutbox() {
    const box = $("outbox");
    const { waiting, state } = this.outbox;
    const stuck = waiting.filter((record) => this.outbox.refused.has(record.line)).length;
    const shown = waiting.length > 0 && (this.outbox.late || stuck > 0 || state === "signed-out" || !navigator.onLine);
    box.hidden = !shown;
    const saved = $("saved");
    if (saved && waiting.length && !stuck) {
      if (!("before" in saved.dataset)) saved.dataset.before = saved.textContent;
      saved.textContent = shown ? `${waiting.length} not saved yet` : "Saving…";
      saved.classList.add("waiting");
    } else if (saved?.classList.contains("waiting")) {
      saved.classList.remove("waiting");
      saved.textContent = saved.dataset.before ?? "";
    }
    if (!shown) return;
    const list = document.createElement("ul");
    list.append(...waiting.map((record) => Object.assign(document.createElement("li"), { textContent: `${record.words} (waiting)` })));
    const head = document.createElement("p");
    const count = `${waiting.length} change${waiting.length === 1 ? "" : "s"} not saved yet`;
    head.textContent = state === "signed-out" ? `${count}: your sign-in has ended. ` : stuck ? `${count}: held until you decide above.` : `${count}. Trying again by itself.`;
    if (state === "signed-out") {
      const link = Object.assign(document.createElement("a"), { href: "/sign-in", target: "_blank", textContent: "Sign in again in a new tab" });
      const retry = Object.assign(document.createElement("button"), { type: "button", textContent: "I have: send them" });
      retry.addEventListener("click", () => this.resume());
      head.append(link, " ", retry);
    }
    box.replaceChildren(head, list);
  }

  /** After signing in again: the page's token is renewed, then the line goes on. */
  async resume() {
    const answer = await fetch(this.region.dataset.url, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return this.showOutbox();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("[name=csrf_token]")?.value;
    if (token) this.region.querySelector("[name=csrf_token]").value = token;
    this.outbox.signedIn();
  }

  // --- keys

  key(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || this.picker.isOpen) return;
    if (!this.ours(event)) return;
    const number = numberOf(event);
    const row = keyFor(keyOf(event));
    if (this.jumping !== undefined && this.jumpOn(event)) return event.preventDefault();
    if (number === null && !row && !(event.key === " " && this.open)) return;
    event.preventDefault();
    const press = { key: event.key, code: event.code, shiftKey: event.shiftKey, altKey: event.altKey };
    this.turns = this.turns.then(() => this.settled(row?.moves)).then(() => this.act(press, number, row));
  }

  /** The desk has the focus: not a field, not a link of the article, not a button that Enter would press. */
  ours(event) {
    const at = event.target;
    if (at.closest("input, textarea, select, dialog")) return false;
    if (!at.closest(".work")) return false;
    return !(at.closest("button, a") && ["Enter", " ", "Tab"].includes(event.key));
  }

  /** Waits for the last answer, so that what is drawn is what is acted on; never long, and never offline. */
  async settled(moves) {
    if (moves && !this.turning) return;
    const limit = this.turning ? 30_000 : 150;
    const started = Date.now();
    while (this.outbox.next() && Date.now() - started < limit && (this.turning || !this.outbox.late)) {
      await Promise.race([this.outbox.idle, new Promise((done) => setTimeout(done, 25))]);
    }
    this.turning = false;
  }

  act(event, number, row) {
    if (this.picker.isOpen) return this.picker.key(new KeyboardEvent("keydown", event));
    if (number !== null && number !== 0) return this.open ? this.toggleRole(this.cast(number)) : this.mention(number);
    if (number === 0) return;
    if (event.key === " " && this.open) return this.nextRole();
    if (this.open && !["?", "g", "v", ".", "a", "Escape"].includes(keyOf(event))) this.closeRow();
    row?.run(this, event);
  }

  jump() {
    this.jumping = "";
    this.say("Jump to: type letters");
  }

  jumpOn(event) {
    if (event.key.length !== 1 || !/\p{L}|\p{N}/u.test(event.key)) {
      this.jumping = undefined;
      return event.key === "Escape" || event.key === "Enter";
    }
    this.jumping += event.key;
    this.selection.jump(this.jumping);
    clearTimeout(this.jumpTimer);
    this.jumpTimer = setTimeout(() => (this.jumping = undefined), 900);
    return true;
  }

  stepOut(quiet = false) {
    if (this.open) return this.closeRow();
    this.row = null;
    this.added = false;
    this.showRow();
    if (!quiet) this.selection.to(this.selection.cursor, false);
  }

  // --- mentions

  cast(number) {
    const chip = this.region.querySelector(`.cast [data-number="${number}"]`);
    if (!chip) this.say(`The cast has no actor ${number} yet.`);
    return chip && { key: chip.dataset.actor, name: chip.textContent.replace(/^\d+\s*/, "").trim() };
  }

  mention(number) {
    const actor = this.cast(number);
    if (actor) this.link(actor);
  }

  /** The selection mentions this actor; on a mention, it is this actor now (unless + was pressed). */
  link(actor, propose = null) {
    const range = this.selection.range();
    if (!range) return;
    const same = [...this.region.querySelectorAll(".row[data-kind=mention]")].filter((row) => Number(row.dataset.s) === range.start && Number(row.dataset.e) === range.end);
    const extra = propose ? { propose } : {};
    if (same.some((row) => row.dataset.actor === actor.key)) return;
    if (same.length === 1 && !this.added) {
      return this.gesture({ do: "relink", tag: same[0].dataset.tag, actor: actor.key, ...extra }, `“${range.text}” is ${actor.name}`);
    }
    this.added = false;
    return this.gesture({ do: "mention", id: mint("m"), actor: actor.key, ...range, ...extra }, `“${range.text}” mentions ${actor.name}`);
  }

  plus() {
    this.added = true;
    this.say("A second actor for these words: press its number.");
  }

  /** The list of actors: this sentence's, the cast, then the registry as one types. */
  pickActor(use = (actor, propose) => (this.open ? this.toggleRole(actor, propose) : this.link(actor, propose)), title = null) {
    const options = [...this.region.querySelectorAll(".cast [data-number]")]
      .sort((a, b) => Number(a.classList.contains("absent")) - Number(b.classList.contains("absent")))
      .map((chip) => {
        const name = chip.textContent.replace(/^\d+\s*/, "").trim();
        return { title: name, meta: chip.title, value: chip.dataset.actor, number: Number(chip.dataset.number) };
      });
    const words = this.selection.range()?.text ?? "";
    this.picker.open({
      title: title ?? (this.open ? `Who is ${this.roleTitle(this.open.role)}?` : `Who is “${words}”?`),
      hint: "type to search · Enter takes",
      options,
      typing: true,
      find: (query) => this.findActors(query),
      last: (typed) => ({ title: `New actor: ${typed || words}`, meta: "propose it", value: null, name: typed || words, isNew: true }),
      take: (option) => (option.isNew ? this.newActor(option.name, use) : use({ key: option.value, name: option.title })),
    });
  }

  async findActors(query) {
    try {
      const answer = await fetch(`${this.region.dataset.url}/actors?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return [];
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return [...page.querySelectorAll("[data-actor]")].map((row) => ({
        title: row.dataset.name,
        meta: [row.dataset.number && `cast ${row.dataset.number}`, row.dataset.code].filter(Boolean).join(" · "),
        definition: row.dataset.aliases ? `Also: ${row.dataset.aliases}` : "",
        value: row.dataset.actor,
      }));
    } catch {
      return [];
    }
  }

  newActor(name, use) {
    const form = document.createElement("form");
    form.className = "new-actor";
    const field = (label, control) => {
      const wrap = document.createElement("label");
      wrap.append(label, " ", control);
      return wrap;
    };
    const named = Object.assign(document.createElement("input"), { name: "name", value: name, required: true, maxLength: 150 });
    const type = Object.assign(document.createElement("select"), { name: "type" });
    type.append(new Option("not said", ""), ...this.codebook.actor_types.map((kind) => new Option(`${kind.id} · ${kind.title}`, kind.id)));
    const country = Object.assign(document.createElement("input"), { name: "country", maxLength: 40, size: 6, placeholder: "KES" });
    form.append(field("Name", named), field("Type", type), field("Country", country), Object.assign(document.createElement("button"), { className: "primary", textContent: "Propose" }));
    this.picker.ask({
      title: "New actor",
      hint: "seen by you and the reviewers until it is approved",
      html: form,
      submit: (filled) => {
        const clean = (key) => filled.get(key).normalize("NFC").split(/\s+/u).filter(Boolean).join(" ");
        const propose = { name: clean("name"), type: clean("type"), country: clean("country") };
        const key = [propose.name, propose.type, propose.country].map((part) => part.replaceAll("~", "-")).join("~");
        use({ key, name: propose.name }, propose);
      },
    });
  }

  // --- events

  pickType() {
    const range = this.codebook.event_trigger === "none" ? {} : this.selection.range();
    this.picker.open({
      title: "Which event?",
      hint: "its key, or Space to search",
      options: this.codebook.event_types.map(entry),
      take: (option) => this.addEvent(option.value, range),
    });
  }

  async addEvent(type, range) {
    const id = mint("e");
    const words = range.text ? `${type} at “${range.text}”` : type;
    this.row = id;
    if (this.codebook.roles.length) this.open = { tag: id, role: this.codebook.roles[0].id, held: {} };
    await this.gesture({ do: "event", id, type, ...range }, words);
    this.showRow();
  }

  roleTitle(id) {
    return (this.codebook.roles.find((role) => role.id === id)?.title ?? id).toLowerCase();
  }

  openRow(tag, role = this.codebook.roles[0]?.id) {
    const row = $(`row-${tag}`);
    if (!row || row.dataset.kind !== "event" || !role) return;
    const held = {};
    for (const slot of row.querySelectorAll("[data-role]")) held[slot.dataset.role] = new Set(slot.dataset.actors.split("\n").filter(Boolean));
    this.row = tag;
    this.open = { tag, role, held };
    this.showRow();
  }

  closeRow() {
    this.open = null;
    this.showRow();
  }

  nextRole() {
    const ids = this.codebook.roles.map((role) => role.id);
    this.open.role = ids[(ids.indexOf(this.open.role) + 1) % ids.length];
    this.showRow();
  }

  toggleRole(actor, propose = null) {
    if (!actor || !this.open) return;
    const { tag, role, held } = this.open;
    const set = (held[role] ??= new Set());
    const within = !set.has(actor.key);
    if (within) set.add(actor.key);
    else set.delete(actor.key);
    const words = `${actor.name} is ${within ? "" : "no longer "}${this.roleTitle(role)}`;
    return this.gesture({ do: "role", tag, role, actor: actor.key, within, ...(propose ? { propose } : {}) }, words);
  }

  // --- stances

  composeStance() {
    if (!this.codebook.stance_labels.length) return;
    const range = this.selection.range();
    this.stance = { holder: null, targets: [], cue: this.selection.made ? range : null, range };
    this.askHolder();
  }

  people() {
    return [...this.region.querySelectorAll(".cast [data-number]")].map((chip) => ({
      key: chip.dataset.number <= 9 ? chip.dataset.number : "",
      number: Number(chip.dataset.number),
      title: chip.textContent.replace(/^\d+\s*/, "").trim(),
      meta: chip.title,
      value: chip.dataset.actor,
    }));
  }

  askHolder() {
    const people = this.people();
    const take = (option) => (option.isList ? this.pickActor((actor, propose) => this.hold(actor, propose), "Who holds the stance?") : this.hold({ key: option.value, name: option.title }));
    this.picker.open({
      title: "Whose stance?",
      hint: "a number · 0 the author · X unattributed · A the list",
      search: false,
      options: [...people, { key: "0", title: "The author", value: "author" }, { key: "x", title: "Unattributed", value: "unattributed" }, { key: "a", title: "Another actor…", isList: true }],
      take,
      keys: (event) => this.pickNumber(event, people, take),
    });
  }

  /** Shift and a digit in an open list: actors 10 to 19. */
  pickNumber(event, people, take) {
    const number = numberOf(event);
    if (number === null || number < 10) return false;
    const option = people.find((one) => one.number === number);
    if (option) {
      if (!option.stays) this.picker.close();
      take(option);
    }
    return true;
  }

  hold(actor, propose = null) {
    this.stance.holder = actor;
    this.stance.propose = propose;
    this.askTarget();
  }

  askTarget() {
    const { holder, targets, range } = this.stance;
    const chosen = (value) => targets.some((one) => one.target.actor === value);
    const people = this.people().filter((one) => one.value !== holder.key).map((one) => ({ ...one, on: chosen(one.value), stays: true, group: "towards" }));
    const kinds = this.codebook.stance_target_kinds.map((kind) => ({ ...entry(kind), meta: `the selection: “${range?.text ?? ""}”`, isKind: true, stays: true, group: "the selection is a" }));
    const labels = this.codebook.stance_labels.map((label) => ({ ...entry(label), isLabel: true, group: "label" }));
    const take = (option) => this.tookTarget(option);
    this.picker.open({
      title: `${holder.name} towards ${targets.map((one) => one.words).join(", ") || "…"}`,
      hint: targets.length ? "the label’s key · or one more target" : "a number · a kind’s key: the selection · T a topic",
      search: false,
      options: [
        ...(targets.length ? labels : []),
        ...people,
        ...kinds,
        ...(this.codebook.topics.length ? [{ key: "t", title: "A topic…", isTopic: true }] : []),
        { key: "a", title: "Another actor…", isList: true },
      ],
      take,
      keys: (event) => this.pickNumber(event, people, take),
    });
  }

  tookTarget(option) {
    const { targets, range } = this.stance;
    if (option.isLabel) return this.addStances(option);
    if (option.isTopic) return this.pickTopic();
    if (option.isList) return this.pickActor((actor, propose) => this.toward({ actor: actor.key }, actor.name, propose), "Towards whom?");
    if (option.isKind) {
      if (range) this.toward({ kind: option.value, ...range }, `“${range.text}”`);
      return;
    }
    const at = targets.findIndex((one) => one.target.actor === option.value);
    if (at >= 0) targets.splice(at, 1);
    else targets.push({ id: mint("s"), target: { actor: option.value }, words: option.title });
    this.askTarget();
  }

  toward(target, words, propose = null) {
    this.stance.targets.push({ id: mint("s"), target, words });
    if (propose) this.stance.propose = propose;
    if (target.kind) this.stance.cue = null;
    this.askTarget();
  }

  pickTopic() {
    this.picker.open({
      title: "Which topic?",
      hint: "its key, or Space to search",
      options: this.codebook.topics.map(entry),
      take: (option) => this.toward({ topic: option.value }, option.title),
    });
  }

  addStances(label) {
    const { holder, targets, cue, propose } = this.stance;
    this.picker.close();
    this.row = targets[0].id;
    const words = `${holder.name} ${label.title.toLowerCase()} towards ${targets.map((one) => one.words).join(", ")}`;
    const towards = targets.map(({ id, target }) => ({ id, target }));
    return this.gesture({ do: "stances", holder: holder.key, label: label.value, towards, ...(cue ? { cue } : {}), ...(propose ? { propose } : {}) }, words);
  }

  // --- rows and their fields

  rows() {
    return [...this.region.querySelectorAll(".row")];
  }

  nextRow(by) {
    const rows = this.rows();
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.dataset.tag === this.row);
    this.takeRow(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length]);
  }

  takeRow(row) {
    this.row = row.dataset.tag;
    this.open = null;
    if (row.dataset.kind === "event") this.openRow(this.row);
    if (row.dataset.s) this.selection.select(Number(row.dataset.s), Number(row.dataset.e));
    this.selection.made = false;
    this.showRow();
    this.say(row.textContent.replace(/\s+/g, " ").trim());
  }

  showRow() {
    for (const row of this.rows()) {
      const open = this.open?.tag === row.dataset.tag;
      row.classList.toggle("here", row.dataset.tag === this.row);
      row.classList.toggle("open", open);
      for (const slot of row.querySelectorAll("[data-slot]")) {
        const at = open && slot.dataset.slot === this.open.role;
        slot.classList.toggle("at", at);
        const vacancy = slot.querySelector(".vacancy");
        if (vacancy) vacancy.textContent = at ? "? press a number" : vacancy.dataset.said ?? (vacancy.dataset.said = vacancy.textContent);
      }
    }
  }

  current() {
    return this.row ? $(`row-${this.row}`) : null;
  }

  pickField() {
    const row = this.current() ?? this.rows().findLast((one) => one.dataset.kind !== "mention");
    if (!row || row.dataset.kind === "mention") return this.say("No row with further fields is at hand. Tab goes to one.");
    this.row = row.dataset.tag;
    const layer = row.dataset.kind === "event" ? "events" : "stances";
    const type = this.codebook.event_types.find((one) => one.id === row.dataset.type);
    const fields = (this.codebook.attributes[layer] ?? []).map((field) => ({ key: field.key, title: field.title, definition: field.definition, field: `attributes.${field.id}`, spec: field }));
    if (layer === "events") {
      if (this.codebook.modalities.length > 1) fields.unshift({ key: "m", title: "Modality", field: "modality", spec: { kind: "choice", choices: this.codebook.modalities } });
      if (type?.modes.length) fields.unshift({ key: "o", title: "Mode", field: "mode", spec: { kind: "choice", choices: type.modes } });
      fields.push({ key: "t", title: "Type", field: "type", spec: { kind: "choice", choices: this.codebook.event_types } });
    } else {
      fields.unshift({ key: "l", title: "Label", field: "label", spec: { kind: "choice", choices: this.codebook.stance_labels } });
    }
    this.picker.open({ title: "Which field?", hint: "its key", options: fields, take: (option) => this.fillField(row, option) });
  }

  fillField(row, { title, field, spec }) {
    const tag = row.dataset.tag;
    const held = JSON.parse(row.querySelector(".fields")?.dataset.attributes || "{}")[spec.id];
    const set = (value, words) => this.gesture({ do: "field", tag, name: field, value }, `${title}: ${words}`);
    if (spec.kind === "choice") {
      const none = spec.id || field === "mode" ? [{ key: "0", title: "None", value: null }] : [];
      return this.picker.open({ title, hint: "its key, or Space to search", options: [...spec.choices.map(entry), ...none], take: (option) => set(option.value, option.title) });
    }
    if (spec.kind === "choices") return this.fillChoices(title, spec, new Set(held ?? []), set);
    if (spec.kind === "span") {
      const range = this.selection.range();
      return range && set(range.text, `“${range.text}”`);
    }
    this.askText(title, held ?? "", spec.kind === "date" ? "date" : spec.kind === "number" ? "number" : "text", (value) => set(value || null, value));
  }

  fillChoices(title, spec, chosen, set) {
    const options = () => spec.choices.map((choice) => ({ ...entry(choice), on: chosen.has(choice.id), stays: true }));
    const again = () => this.picker.open({ title, hint: "keys put in or out · Esc when done", options: options(), take });
    const take = (option) => {
      if (chosen.has(option.value)) chosen.delete(option.value);
      else chosen.add(option.value);
      set(chosen.size ? [...chosen] : null, [...chosen].join(", ") || "none");
      again();
    };
    again();
  }

  pickVia() {
    const row = this.current();
    if (!row || row.dataset.kind === "mention") return this.say("Tab to an event or a stance first.");
    const held = (row.querySelector(".fields")?.dataset.via ?? "").split("\n").filter(Boolean);
    this.pickActor((actor, propose) => {
      const via = held.includes(actor.key) ? held.filter((key) => key !== actor.key) : [...held, actor.key];
      return this.gesture({ do: "via", tag: row.dataset.tag, via, ...(propose ? { propose } : {}) }, `according to ${actor.name}`);
    }, "According to whom?");
  }

  setCue() {
    const row = this.current();
    const range = this.selection.range();
    if (row?.dataset.kind !== "stance") return this.say("Tab to a stance first.");
    return this.gesture({ do: "cue", tag: row.dataset.tag, cue: range }, `its cue is “${range.text}”`);
  }

  setExtent() {
    const row = this.current();
    const range = this.selection.range();
    if (!row) return this.say("Tab to a row first.");
    return this.gesture({ do: "extent", tag: row.dataset.tag, ...range }, `it is “${range.text}”`);
  }

  remove() {
    const row = this.current() ?? this.markedRow();
    if (!row) return this.say("Nothing to remove at the cursor. Tab goes through the rows.");
    this.row = null;
    return this.gesture({ do: "remove", tag: row.dataset.tag }, row.querySelector(".remove")?.getAttribute("aria-label").toLowerCase() ?? "removed");
  }

  /** The row of the innermost mark around the cursor. */
  markedRow() {
    const mark = this.selection.words[this.selection.cursor]?.closest(".mark");
    return mark ? $(`row-${mark.dataset.tags.split(" ")[0]}`) : null;
  }

  // --- the sentence as a whole

  finish(gesture) {
    this.turning = true;
    return this.gesture(gesture, gesture.do === "finish" ? `sentence ${this.n} is done` : `nothing in sentence ${this.n}`);
  }

  pickReason() {
    this.picker.open({
      title: "Skip: why?",
      hint: "its key",
      search: false,
      options: this.codebook.skip_reasons.map(entry),
      take: (option) => {
        this.turning = true;
        this.gesture({ do: "skip", reason: option.value }, `sentence ${this.n} skipped: ${option.title}`);
      },
    });
  }

  back() {
    if (this.n > 1) this.show(this.n - 1);
  }

  flag() {
    const on = this.region.querySelector("[data-act=flag]").getAttribute("aria-pressed") === "true";
    return this.gesture({ do: "flag", note: on ? null : "flagged" }, on ? "flag taken away" : "flagged");
  }

  comment() {
    const held = this.region.querySelector(".notes bdi")?.textContent ?? "";
    this.askText("Comment", held, "area", (text) => this.gesture({ do: "comment", text }, "comment"));
  }

  askText(title, value, type, done) {
    const form = document.createElement("form");
    const label = document.createElement("label");
    const control = document.createElement(type === "area" ? "textarea" : "input");
    if (type !== "area") control.type = type;
    Object.assign(control, { name: "value", value, maxLength: 10_000 });
    label.append(title, " ", control);
    form.append(label, Object.assign(document.createElement("button"), { className: "primary", textContent: "Save" }));
    control.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    this.picker.ask({ title, hint: type === "area" ? "Enter saves · Shift+Enter is a new line" : "Enter saves", html: form, submit: (filled) => done(filled.get("value").replaceAll("\r\n", "\n")) });
  }

  guideline() {
    const row = this.current();
    const wanted = row?.dataset.type ?? row?.dataset.label;
    const found = [...this.codebook.event_types, ...this.codebook.stance_labels].find((one) => one.id === wanted);
    $("guideline-title").textContent = found ? `${found.id} · ${found.title}` : "Guidelines";
    const parts = found ? [["p", found.definition], ...(found.examples ?? []).map((text) => ["blockquote", text])] : [["p", "Tab to an event or a stance to read about its label."]];
    const link = Object.assign(document.createElement("a"), { href: `/${encodeURIComponent(this.host.dataset.project)}/codebook`, target: "_blank", textContent: "The whole codebook" });
    $("guideline-text").replaceChildren(...parts.filter(([, text]) => text).map(([name, text]) => Object.assign(document.createElement(name), { textContent: text })), link);
    $("guideline").showModal();
  }

  // --- the mouse

  click(event) {
    const button = event.target.closest("[data-act]");
    if (button) return this.pressed(button);
    const row = event.target.closest(".row");
    if (row && !event.target.closest("button")) {
      this.takeRow(row);
      this.focus();
    }
  }

  pressed(button) {
    const row = button.closest(".row");
    const acts = {
      actor: () => this.pickActor(),
      event: () => this.pickType(),
      stance: () => this.composeStance(),
      skip: () => this.pickReason(),
      flag: () => this.flag(),
      comment: () => this.comment(),
      help: () => this.help(),
      cast: () => this.pressedChip(button),
      role: () => this.openRow(row.dataset.tag, button.dataset.role),
      field: () => this.fillField(row, { title: "Type", field: "type", spec: { kind: "choice", choices: this.codebook.event_types } }),
      fields: () => ((this.row = row.dataset.tag), this.showRow(), this.pickField()),
      "conflict-apply": () => this.stopped && this.outbox.again(this.stopped, Number(this.region.dataset.base)),
      "conflict-leave": () => this.stopped && this.leaveConflict(),
    };
    const act = acts[button.dataset.act];
    if (!act) return;
    act();
    if (!this.picker.isOpen && !document.querySelector("dialog[open]")) this.focus();
  }

  leaveConflict() {
    this.outbox.leave(this.stopped, Number(this.region.dataset.base));
    $("conflict")?.remove();
    this.stopped = null;
  }

  pressedChip(button) {
    const actor = { key: button.dataset.actor, name: button.textContent.replace(/^\s*\d+\s*/, "").trim() };
    if (this.open) this.toggleRole(actor);
    else this.link(actor);
  }

  /** Buttons that are whole gestures (done, nothing here, undo, remove, a label) go through the outbox too. */
  submit(event) {
    const button = event.submitter;
    if (!button || button.name !== "gesture") {
      if (button?.formAction && this.outbox.waiting.length === 0) return;
      event.preventDefault();
      if (button) this.say("Not yet: changes are still being saved.");
      return;
    }
    event.preventDefault();
    const gesture = JSON.parse(button.value);
    this.closeRow();
    if (["finish", "empty", "skip"].includes(gesture.do)) return this.finish(gesture);
    this.gesture(gesture, button.getAttribute("aria-label") ?? button.textContent.replace(/\s+/g, " ").trim());
  }

  visit(event) {
    const link = event.target.closest("a[data-n]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.show(Number(link.dataset.n));
  }

  /** Draws another sentence of the article; what waits is sent all the same. */
  async show(n) {
    try {
      const answer = await fetch(`${this.host.dataset.baseUrl}${n}`, { headers: { "HX-Request": "true" } });
      if (answer.status === 401) return location.assign(answer.headers.get("HX-Redirect") ?? "/sign-in");
      if (answer.ok) this.paint(await answer.text(), { words: `sentence ${n}` }, 200);
    } catch {
      this.say("No connection: the sentence cannot be opened now.");
    }
  }

  // --- help

  drawHelp() {
    const list = document.createElement("dl");
    for (const row of KEYS) {
      const key = document.createElement("dt");
      key.append(Object.assign(document.createElement("kbd"), { textContent: row.label }));
      list.append(key, Object.assign(document.createElement("dd"), { textContent: row.does }));
    }
    $("help-keys").replaceChildren(list);
  }

  help() {
    $("help").showModal();
  }
}

/** A codebook entry as an option of the list. */
const entry = (one) => ({
  key: one.key,
  title: one.title === one.id ? one.id : `${one.id} · ${one.title}`.replace(/^([a-z].*) · .*$/u, one.title),
  meta: one.path ?? "",
  group: one.group,
  definition: one.definition,
  examples: one.examples,
  value: one.id,
});

new Desk($("annotate"));
