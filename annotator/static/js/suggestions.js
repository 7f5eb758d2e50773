// What is suggested: taken, dismissed, or left alone. Taken ones are tags; the other two are kept as well.

import { mint } from "./actors.js";

const offered = (offer) => ({ start: Number(offer.dataset.s), end: Number(offer.dataset.e), text: offer.dataset.text, actor: offer.dataset.actor });
const said = (offer) => `“${offer.dataset.text}” is ${offer.dataset.name}`;

export class Suggestions {
  constructor(desk) {
    this.desk = desk;
  }

  all() {
    return [...this.desk.region.querySelectorAll(".offer")];
  }

  /** The suggestion that the selection touches. */
  atCursor() {
    const range = this.desk.selection.range();
    const found = range && this.all().find((offer) => Number(offer.dataset.s) < range.end && range.start < Number(offer.dataset.e));
    if (!found) this.desk.say(this.all().length ? "No suggestion at the cursor. ↓ goes to the next one." : "Nothing is suggested here.");
    return found;
  }

  take(offer = this.atCursor()) {
    if (!offer) return;
    return this.desk.gesture({ do: "mention", id: mint("m"), ...offered(offer), origin: offer.dataset.origin }, said(offer));
  }

  dismiss(offer = this.atCursor()) {
    if (!offer) return;
    const { start, end, actor } = offered(offer);
    return this.desk.gesture({ do: "dismiss", start, end, actor }, `dismissed: ${said(offer)}`, "dismissals");
  }

  takeSure() {
    const sure = this.all().filter((offer) => "sure" in offer.dataset);
    if (!sure.length) return this.desk.say("No suggestion here is sure. Y takes the one at the cursor.");
    const mentions = sure.map((offer) => ({ id: mint("m"), ...offered(offer), origin: offer.dataset.origin }));
    return this.desk.gesture({ do: "take-sure", mentions }, sure.map(said).join(", "));
  }
}
