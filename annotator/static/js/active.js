// How long one works on each sentence: the time between signs of life, long pauses and hidden tabs left out.

const IDLE = 30_000; // milliseconds without a sign: nobody was at work
const LONGEST = 600_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"];

export class ActiveTime {
  /** `here()` is the number of the sentence at hand. */
  constructor(here) {
    this.here = here;
    this.spent = new Map(); // sentence -> milliseconds since its last gesture
    this.last = performance.now();
    this.hidden = document.hidden;
    for (const sign of SIGNS) addEventListener(sign, () => this.pass(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => {
      this.pass();
      this.hidden = document.hidden;
    });
  }

  /** What has passed since the last sign belongs to the sentence at hand, if somebody was there. */
  pass() {
    const now = performance.now();
    const gap = now - this.last;
    this.last = now;
    if (!this.hidden && gap <= IDLE) this.spent.set(this.here(), (this.spent.get(this.here()) ?? 0) + gap);
  }

  /** The time that goes with a gesture; the next one begins anew. */
  take() {
    this.pass();
    const spent = this.spent.get(this.here()) ?? 0;
    this.spent.delete(this.here());
    return Math.min(Math.round(spent), LONGEST);
  }
}
