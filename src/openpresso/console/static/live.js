// The live page: what its parts share. What the station tells is kept here, the parts show it.
// STOP needs nothing of this: it is a form to the station.
"use strict";

const live = (() => {
  const root = document.getElementById("live");
  const given = JSON.parse(document.getElementById("live-data").textContent);
  const RESTING = ["empty", "idle", "done", "stopped", "faulted"];
  const listeners = [], painters = [];
  let now = null, waiting = false, heard = performance.now();

  return {
    root, given,
    couch: root.dataset.couch,
    base: root.dataset.base,
    mine: root.dataset.mine === "yes",
    unreached: false,
    chosen: null, // chamber in the picture: "left.3"
    get now() { return now; },
    // Nothing is under way that fills a cuff.
    get resting() { return !now || RESTING.includes(now.state); },
    get over() { return Boolean(now && now.outcome); },
    // A couch at rest tells something every 2 s, one with a session with every tick.
    get silence() { return (performance.now() - heard) / 1000; },
    get stale() { return this.silence > (this.resting ? 3.5 : 1); },

    find: (selector) => document.querySelector(selector),
    write(node, text) { if (node && node.textContent !== text) node.textContent = text; },
    say: (key, values = {}) =>
      given.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)),
    whole: (value) => (value == null ? "-" : String(Math.max(0, Math.round(value)))),
    list: (cuff, name) => (cuff && cuff[name]) || [],
    clock(seconds) {
      const left = Math.max(0, Math.round(seconds));
      return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    },

    onNews(act) { listeners.push(act); },
    onPaint(act) { painters.push(act); },
    // Called with each snapshot; the picture follows with the next frame of the screen.
    take(snapshot) {
      now = snapshot;
      heard = performance.now();
      for (const act of listeners) act(now);
      this.paint();
    },
    paint() {
      if (waiting || !now) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        for (const act of painters) act(now);
        root.dataset.version = now.version;
      });
    },
  };
})();
