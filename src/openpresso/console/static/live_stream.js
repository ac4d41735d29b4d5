// The stream of the live page: a snapshot, then numbered merge patches; a gap begins it anew.
"use strict";

(() => {
  let source = null, expected = 0;

  function merged(target, patch) { // RFC 7396
    if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
    const known = target !== null && typeof target === "object" && !Array.isArray(target);
    const found = known ? { ...target } : {};
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) delete found[key];
      else found[key] = merged(found[key], value);
    }
    return found;
  }

  function take(data) {
    if (data.snapshot) expected = 0;
    if (data.number !== expected) { listen(); return; }
    expected += 1;
    const now = data.snapshot || merged(live.now, data.patch);
    for (const [leg, age] of Object.entries(data.age)) if (now.cuffs[leg]) now.cuffs[leg].age = age;
    live.take(now);
  }

  function listen() {
    if (source) source.close();
    expected = 0;
    source = new EventSource(`${live.base}/stream`);
    for (const name of ["snapshot", "delta"]) {
      source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    }
    source.onopen = () => { expected = 0; };
  }

  // What is old is shown as old, and why.
  setInterval(() => {
    const old = live.stale, note = live.find("#stale");
    live.root.classList.toggle("stale", old);
    note.hidden = !old && !live.unreached;
    if (old) live.write(note, live.say("stale", { seconds: Math.round(live.silence) }));
    else if (live.unreached) live.write(note, live.say("unreached"));
    if (source && source.readyState === EventSource.CLOSED && old) listen();
  }, 250);

  listen();
})();
