// Both legs of the live page: fill is measured pressure, ring and line are the set-point.
"use strict";

const liveDrawing = (() => {
  const { list, say, write, whole, find } = live;
  const chambers = {};
  for (const node of document.querySelectorAll("[data-chamber]")) {
    const [leg, number] = node.dataset.chamber.split(".");
    chambers[node.dataset.chamber] = {
      node, leg, number: Number(number),
      top: Number(node.dataset.top), bottom: Number(node.dataset.bottom),
      fill: node.querySelector(".fill"), mark: node.querySelector(".mark"),
      text: node.querySelector("text"),
    };
    node.addEventListener("click", () => choose(node.dataset.chamber));
    node.addEventListener("keydown", (event) => walk(event, node.dataset.chamber));
  }

  // One stop of the Tab key for each leg; arrows walk along the leg and over to the other one.
  function walk(event, key) {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(key); return; }
    const { leg, number } = chambers[key];
    const next = {
      ArrowUp: `${leg}.${number + 1}`, ArrowDown: `${leg}.${number - 1}`,
      ArrowLeft: `right.${number}`, ArrowRight: `left.${number}`,
    }[event.key];
    if (!next || !chambers[next]) return;
    event.preventDefault();
    for (const one of Object.values(chambers)) {
      if (one.leg === chambers[next].leg) one.node.tabIndex = -1;
    }
    chambers[next].node.tabIndex = 0;
    chambers[next].node.focus();
  }

  const share = (one) => list(live.now.cuffs[one.leg], "shares")[one.number - 1] ?? 1;
  const target = (value) =>
    value == null ? say("vented") : value < 0 ? say("sealed") : whole(value);

  function paint(now) {
    const alarms = now.alarms || [];
    for (const one of Object.values(chambers)) {
      const cuff = now.cuffs[one.leg] || {}, index = one.number - 1;
      const ceiling = cuff.ceiling || (now.program && now.program.ceiling) || 60;
      const pressure = list(cuff, "pressures")[index], wanted = list(cuff, "set_points")[index];
      const high = one.bottom - one.top;
      const part = Math.min(1, Math.max(0, (pressure || 0) / ceiling));
      one.fill.setAttribute("y", one.bottom - part * high);
      one.fill.setAttribute("height", part * high);
      const set = wanted > 0, left = share(one), marks = one.node.classList;
      if (set) one.mark.setAttribute("y", one.bottom - Math.min(1, wanted / ceiling) * high);
      marks.toggle("set", set);
      marks.toggle("out", left === 0);
      marks.toggle("soft", left > 0 && left < 1);
      marks.toggle("ill", alarms.some((alarm) => alarm.leg === one.leg && alarm.chamber === one.number));
      write(one.text, left === 0 ? "" : whole(pressure));
    }
    for (const [leg, cuff] of Object.entries(now.cuffs)) {
      const figure = find(`figure.leg[data-leg="${leg}"]`);
      if (figure) figure.classList.toggle("old", cuff.age == null || cuff.age > 1);
      const mean = liveDrawing.mean(cuff, "pressures");
      write(find(`[data-mean="${leg}"]`), mean == null ? "" : `${whole(mean)} mmHg`);
      if (!figure && cuff.identity) renew(`seen-${cuff.identity.serial}`);
    }
    if (live.chosen) write(find("#chosen"), label(chambers[live.chosen]));
  }

  // The drawing is made for the type of cuff; a reload changes nothing at the station.
  function renew(key) {
    if (sessionStorage.getItem(key)) return;
    sessionStorage.setItem(key, "1");
    location.reload();
  }

  function label(one) {
    const cuff = live.now.cuffs[one.leg], left = share(one);
    const text = say("label", {
      leg: say(one.leg), n: one.number, pressure: whole(list(cuff, "pressures")[one.number - 1]),
      target: target(list(cuff, "set_points")[one.number - 1]),
    });
    if (left === 1) return text;
    const what = left === 0 ? say("skipped") : say("softened", { share: Math.round(100 * left) });
    return `${text}, ${what}`;
  }

  function choose(key) {
    live.chosen = key;
    for (const one of Object.values(chambers)) {
      one.node.classList.toggle("chosen", one.node.dataset.chamber === key);
      one.node.setAttribute("aria-pressed", String(one.node.dataset.chamber === key));
    }
    if (key) {
      const [leg, number] = key.split(".");
      find("#chamber-leg").value = leg;
      find("#chamber-number").value = number;
      find("#chamber-card").open = true;
      if (live.now) live.paint();
      find("#chamber").scrollIntoView({ block: "nearest" });
    } else write(find("#chosen"), "");
    find("#all-chambers").hidden = !key;
    document.dispatchEvent(new Event("chosen"));
  }

  find("#all-chambers").addEventListener("click", () => choose(null));
  for (const id of ["#chamber-leg", "#chamber-number"]) {
    find(id).addEventListener("change", () => {
      const key = `${find("#chamber-leg").value}.${find("#chamber-number").value}`;
      if (chambers[key]) choose(key);
    });
  }

  setInterval(() => { // numbers as text, once a second
    if (!live.now) return;
    for (const cell of document.querySelectorAll("[data-pressure], [data-target]")) {
      const name = cell.dataset.pressure ? "pressure" : "target";
      const [leg, number] = cell.dataset[name].split(".");
      const row = name === "pressure" ? "pressures" : "set_points";
      const value = list(live.now.cuffs[leg], row)[number - 1];
      write(cell, name === "pressure" ? whole(value) : target(value));
    }
    for (const one of Object.values(chambers)) one.node.setAttribute("aria-label", label(one));
  }, 1000);

  live.onPaint(paint);
  return {
    // Mean of all chambers that are known; one that is vented or sealed is asked for nothing.
    mean(cuff, name) {
      const asked = (one) => (name === "set_points" ? Math.max(0, one ?? 0) : one);
      const known = list(cuff, name).map(asked).filter((one) => one != null);
      return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
    },
    renew,
  };
})();
