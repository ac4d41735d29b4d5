// The live page: shows what the station tells, beats for the seat, asks twice before pressure rises.
// STOP needs nothing of this: it is a form to the station.
"use strict";

const root = document.getElementById("live");
const given = JSON.parse(document.getElementById("live-data").textContent);
const couch = root.dataset.couch;
const base = `/live/${encodeURIComponent(couch)}`;
const RESTING = ["empty", "done", "stopped", "faulted"];
const SHOWN = 120; // seconds of the curves
let marks = JSON.parse(document.getElementById("live-marks").textContent);
let mine = root.dataset.mine === "yes";
let now = null, expected = 0, heard = performance.now(), chosen = null, unreached = false;
const curves = {}, chambers = {};

const say = (key, values = {}) =>
  given.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const find = (selector) => document.querySelector(selector);
const write = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
const whole = (value) => (value == null ? "-" : String(Math.max(0, Math.round(value))));

function merged(target, patch) { // RFC 7396
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const found = target !== null && typeof target === "object" && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete found[key];
    else found[key] = merged(found[key], value);
  }
  return found;
}

// ---- the stream -------------------------------------------------------------------------------
let source = null;
function listen() {
  if (source) source.close();
  expected = 0;
  source = new EventSource(`${base}/stream`);
  source.addEventListener("snapshot", (event) => take(JSON.parse(event.data)));
  source.addEventListener("delta", (event) => take(JSON.parse(event.data)));
  source.onopen = () => { expected = 0; };
}
function take(data) {
  if (data.snapshot) expected = 0;
  if (data.number !== expected) { listen(); return; }
  expected += 1;
  now = data.snapshot || merged(now, data.patch);
  for (const [leg, age] of Object.entries(data.age)) if (now.cuffs[leg]) now.cuffs[leg].age = age;
  heard = performance.now();
  remember();
  paint();
}

// A station at rest tells something every 2 s; with a session it tells every tenth of a second.
function stale() {
  const limit = !now || RESTING.includes(now.state) ? 3.5 : 1;
  return (performance.now() - heard) / 1000 > limit;
}
setInterval(() => {
  const old = stale(), note = find("#stale");
  root.classList.toggle("stale", old);
  note.hidden = !old && !unreached;
  if (old) write(note, say("stale", { seconds: Math.round((performance.now() - heard) / 1000) }));
  else if (unreached) write(note, say("unreached"));
  if (source && source.readyState === EventSource.CLOSED && old) listen();
  ring(old);
}, 250);

// ---- what is shown ----------------------------------------------------------------------------
for (const node of document.querySelectorAll("[data-chamber]")) {
  const [leg, number] = node.dataset.chamber.split(".");
  chambers[node.dataset.chamber] = {
    node, leg, number: Number(number),
    top: Number(node.dataset.top), bottom: Number(node.dataset.bottom),
    fill: node.querySelector(".fill"), mark: node.querySelector(".mark"), text: node.querySelector("text"),
  };
  node.addEventListener("click", () => choose(node.dataset.chamber));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(node.dataset.chamber); }
  });
}
const target = (value) =>
  value == null ? say("vented") : value < 0 ? say("sealed") : whole(value);
function told(share) {
  return share === 0 ? say("skipped") : say("softened", { share: Math.round(100 * share) });
}
const list = (cuff, name) => (cuff && cuff[name]) || [];

function paint() {
  const [state, then] = given.states[now.state] || [now.state, ""];
  write(find("[data-show=state]"), state);
  write(find("#next b"), then);
  write(find("[data-show=phase]"), now.phase || "-");
  write(find("[data-show=cycle]"), String(now.cycle || "-"));
  write(find("[data-show=left]"), now.program ? clock(now.program.duration - now.program_time) : "-");
  write(find("[data-show=ceiling]"), now.program ? `${whole(now.program.ceiling)} mmHg` : "-");
  if (now.program) write(find("#way-title"), now.program.title);
  write(find("#reason"), [now.reason, now.trouble].filter(Boolean).join(" "));
  find("#bar").value = now.program ? Math.min(1, now.program_time / now.program.duration) : 0;
  for (const one of Object.values(chambers)) paintChamber(one);
  for (const [leg, cuff] of Object.entries(now.cuffs)) paintCuff(leg, cuff);
  paintSeat();
  paintAlarms();
  allow();
  comfort();
  if (chosen) paintChosen();
}
function paintChamber(one) {
  const cuff = now.cuffs[one.leg] || {}, index = one.number - 1;
  const ceiling = cuff.ceiling || (now.program && now.program.ceiling) || 60;
  const pressure = list(cuff, "pressures")[index], wanted = list(cuff, "set_points")[index];
  const high = one.bottom - one.top;
  const part = Math.min(1, Math.max(0, (pressure || 0) / ceiling));
  one.fill.setAttribute("y", one.bottom - part * high);
  one.fill.setAttribute("height", part * high);
  const set = wanted > 0;
  one.node.classList.toggle("set", set);
  if (set) one.mark.setAttribute("y", one.bottom - Math.min(1, wanted / ceiling) * high);
  const share = marks[`${one.leg}.${one.number}`];
  one.node.classList.toggle("out", share === 0);
  one.node.classList.toggle("soft", share > 0);
  one.node.classList.toggle("ill", (now.alarms || []).some(
    (alarm) => alarm.leg === one.leg && alarm.chamber === one.number));
  write(one.text, share === 0 ? "" : whole(pressure));
}
function paintCuff(leg, cuff) {
  const figure = find(`figure.leg[data-leg="${leg}"]`);
  if (figure) figure.classList.toggle("old", cuff.age == null || cuff.age > 1);
  const known = list(cuff, "pressures").filter((one) => one != null);
  const mean = known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  write(find(`[data-mean="${leg}"]`), mean == null ? "" : `${whole(mean)} mmHg`);
  const parts = cuff.identity ? [cuff.identity.cuff, cuff.identity.serial] : [say("no-cuff")];
  if (cuff.used) parts.push(say("to-clean"));
  if (cuff.fit) parts.push(cuff.fit.passed ? say("fit") : say("no-fit"));
  if (cuff.trouble) parts.push(cuff.trouble);
  write(find(`[data-cuff="${leg}"]`), parts.join(", "));
  if (!figure && cuff.identity && !sessionStorage.getItem(`seen-${cuff.identity.serial}`)) {
    // The drawing is made for the type of cuff; a reload changes nothing at the station.
    sessionStorage.setItem(`seen-${cuff.identity.serial}`, "1");
    location.reload();
  }
}
function paintSeat() {
  const holder = now.seat.holder;
  const silent = holder && now.seat.silent_for > 10
    ? ` ${say("silent", { name: holder, seconds: Math.round(now.seat.silent_for) })}` : "";
  write(find("#seat b"), (mine ? say("mine") : holder ? say("watching", { name: holder }) : say("free")) + silent);
  for (const button of document.querySelectorAll("[data-seat]")) {
    button.hidden = button.dataset.seat !== (mine ? "mine" : holder ? "other" : "free");
  }
}
// What the state does not allow is not offered; what is offered, the station still decides.
function allow() {
  const live = ["running", "pausing", "paused"].includes(now.state);
  for (const form of document.querySelectorAll("[data-needs]")) {
    const needs = form.dataset.needs;
    let can = !needs || now.allowed.includes(needs);
    if (needs === "running") can = live;
    if (needs === "chamber") can = !RESTING.includes(now.state);
    const turn = form.closest(".turn");
    if (turn && needs === "turn-on") {
      const cuff = now.cuffs[turn.dataset.leg];
      can = can && !(cuff && cuff.fit && cuff.fit.passed) && legs().includes(turn.dataset.leg);
    }
    if (needs !== "chamber" && needs !== "running") form.hidden = !can;
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.disabled = !(can && mine);
    }
  }
}
function legs() {
  const which = now.program ? now.program.legs : "both";
  return which === "left" || which === "right" ? [which] : ["left", "right"];
}
function clock(seconds) {
  const left = Math.max(0, Math.round(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
setInterval(() => { // numbers as text, once a second
  if (!now) return;
  for (const cell of document.querySelectorAll("[data-pressure], [data-target]")) {
    const name = cell.dataset.pressure ? "pressure" : "target";
    const [leg, number] = cell.dataset[name].split(".");
    const value = list(now.cuffs[leg], name === "pressure" ? "pressures" : "set_points")[number - 1];
    write(cell, name === "pressure" ? whole(value) : target(value));
  }
  for (const one of Object.values(chambers)) one.node.setAttribute("aria-label", label(one));
}, 1000);
function label(one) {
  const cuff = now.cuffs[one.leg], share = marks[`${one.leg}.${one.number}`];
  const text = say("label", {
    leg: say(one.leg), n: one.number, pressure: whole(list(cuff, "pressures")[one.number - 1]),
    target: target(list(cuff, "set_points")[one.number - 1]),
  });
  return share === undefined ? text : `${text}, ${told(share)}`;
}
setInterval(() => { // one polite summary for those who listen
  if (!now || RESTING.includes(now.state) || stale()) return;
  const mean = (leg) => find(`[data-mean="${leg}"]`)?.textContent.replace(" mmHg", "") || "-";
  write(find("#summary"), say("summary", {
    state: (given.states[now.state] || [now.state])[0],
    left: now.program ? clock(now.program.duration - now.program_time) : "-",
    a: mean("left"), b: mean("right"), alarms: now.alarms.length,
  }));
}, 10000);

// ---- one chamber ------------------------------------------------------------------------------
function choose(key) {
  chosen = key;
  for (const one of Object.values(chambers)) one.node.classList.toggle("chosen", one.node.dataset.chamber === key);
  if (key) {
    const [leg, number] = key.split(".");
    find("#chamber-leg").value = leg;
    find("#chamber-number").value = number;
    if (now) paintChosen();
    find("#chamber").scrollIntoView({ block: "nearest" });
  } else write(find("#chosen"), "");
  find("#all-chambers").hidden = !key;
  for (const leg of Object.keys(curves)) {
    curves[leg].data = [[], [], []];
    write(find(`[data-curve="${leg}"]`), key ? say("chamber", { n: key.split(".")[1] }) : say("mean"));
  }
}
function paintChosen() { const one = chambers[chosen]; if (one) write(find("#chosen"), label(one)); }
find("#all-chambers").addEventListener("click", () => choose(null));
for (const id of ["#chamber-leg", "#chamber-number"]) {
  find(id).addEventListener("change", () => {
    const key = `${find("#chamber-leg").value}.${find("#chamber-number").value}`;
    if (chambers[key]) choose(key);
  });
}

// ---- alarms -----------------------------------------------------------------------------------
function paintAlarms() {
  const place = find("#alarms"), seen = new Set();
  for (const alarm of now.alarms || []) {
    seen.add(alarm.id);
    let node = [...place.children].find((one) => one.dataset.alarm === alarm.id && one.dataset.made);
    if (!node) { node = makeAlarm(alarm); place.append(node); }
    const flash = given.signals[alarm.priority].flash;
    node.className = `alarm ${alarm.priority}${alarm.active ? " active" : ""}${flash > 0 && !alarm.acknowledged_by ? " flash" : ""}`;
    if (flash > 0) node.style.animationDuration = `${1 / flash}s`;
    write(node.querySelector(".kind span"), say(alarm.priority));
    write(node.querySelector(".text"), alarm.text);
    write(node.querySelector(".state"), [alarm.active ? "" : say("over"),
      alarm.acknowledged_by ? say("seen", { name: alarm.acknowledged_by }) : ""].join(" ").trim());
    // A sound that is paused comes back by itself; it can be paused again then.
    node.querySelector("form").hidden = !(mine && (alarm.audio || !alarm.acknowledged_by));
  }
  for (const node of [...place.children]) if (!seen.has(node.dataset.alarm) || !node.dataset.made) node.remove();
}
function makeAlarm(alarm) {
  const node = document.createElement("article");
  node.dataset.alarm = alarm.id;
  node.dataset.made = "1";
  node.setAttribute("role", "alert");
  const add = (tag, cls, text) => {
    const one = document.createElement(tag);
    one.className = cls;
    one.textContent = text;
    node.append(one);
    return one;
  };
  const signs = { high: "!!!", medium: "!!", low: "!" };
  const kind = add("p", "kind", `${signs[alarm.priority]} `);
  kind.append(document.createElement("span"));
  add("p", "text", alarm.text);
  add("p", "small", `${say("cause")}: ${alarm.cause}`);
  add("p", "small", `${say("remedy")}: ${alarm.remedy}`);
  add("p", "small state", "");
  const form = document.createElement("form");
  form.method = "post";
  form.action = `${base}/do/acknowledge`;
  form.dataset.send = "";
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "alarm";
  field.value = alarm.id;
  const button = document.createElement("button");
  button.textContent = say("acknowledge");
  form.append(field, button);
  node.append(form);
  return node;
}
const sound = find("#sound");
sound.hidden = false;
sound.addEventListener("click", () => alarmSound.unlock());
document.addEventListener("pointerdown", () => alarmSound.unlock(), { once: true });
function ring(old) {
  write(sound, alarmSound.ready ? say("sound-on") : say("sound-off"));
  const heardNow = (now && now.alarms ? now.alarms : []).filter((one) => one.audio).map((one) => one.priority);
  // Whoever hears nothing of the station during a session must be told so, too.
  if (old && now && !RESTING.includes(now.state)) heardNow.push("medium");
  alarmSound.play(heardNow, given.signals);
}

// ---- comfort ----------------------------------------------------------------------------------
function comfort() {
  const card = find("#comfort"), key = `comfort-${couch}-${now.record || ""}`;
  if (!mine || now.state !== "running") { card.hidden = true; return; }
  if (now.program_time >= 150 && !sessionStorage.getItem(key)) card.hidden = false;
  card.dataset.key = key;
}
function close(id) {
  const card = document.getElementById(id);
  card.hidden = true;
  if (card.dataset.key) sessionStorage.setItem(card.dataset.key, "1");
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => close(button.dataset.close));
}

// ---- commands ---------------------------------------------------------------------------------
let armed = null;
function disarm() {
  if (!armed) return;
  clearTimeout(armed.timer);
  armed.button.textContent = armed.text;
  armed.button.classList.remove("armed");
  armed = null;
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("send" in form.dataset)) return;
  event.preventDefault();
  const button = event.submitter;
  if (button && "twice" in button.dataset && (!armed || armed.button !== button)) {
    disarm();
    armed = { button, text: button.textContent, timer: setTimeout(disarm, 4000) };
    button.textContent = say("again", { what: armed.text });
    button.classList.add("armed");
    return;
  }
  disarm();
  const body = new URLSearchParams(new FormData(form, button));
  if (button && "twice" in button.dataset) body.set("sure", "yes");
  const path = (button && button.hasAttribute("formaction") && button.getAttribute("formaction")) || form.getAttribute("action");
  send(path, body);
  if (form.dataset.closes) close(form.dataset.closes);
});
async function send(path, body) {
  const answer = find("#answer");
  const told = await ask(path, body);
  if (!told) { write(answer, say("unreached")); return; }
  if ("mine" in told) mine = told.mine;
  if (told.marks) marks = told.marks;
  write(answer, told.done ? say("sent") : [told.message, told.remedy].filter(Boolean).join(" "));
  answer.className = told.done ? "small" : "note halt";
  if (now) paint();
  if (told.mine) beat();
}
async function ask(path, body) {
  try {
    const got = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!(got.headers.get("content-type") || "").includes("json")) return { message: say("out") };
    return await got.json();
  } catch (error) { return null; }
}

// The seat is kept only as long as this page lives: nobody beats for a browser that is gone.
async function beat() {
  const told = await ask(`${base}/beat`, new URLSearchParams());
  unreached = told === null;
  if (!told || !("mine" in told)) return;
  if (mine && !told.mine) write(find("#answer"), say("lost"));
  mine = told.mine;
  marks = told.marks;
  if (now) paint();
}
setInterval(beat, 2000);

// ---- curves -----------------------------------------------------------------------------------
function remember() {
  for (const leg of Object.keys(now.cuffs)) {
    const one = curves[leg] || (curves[leg] = { data: [[], [], []], plot: null });
    const pick = (values) => {
      if (chosen) return values[Number(chosen.split(".")[1]) - 1] ?? null;
      const known = values.filter((value) => value != null && value >= 0);
      return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
    };
    const [times, wanted, measured] = one.data;
    if (times.length && now.time <= times[times.length - 1]) continue;
    times.push(now.time);
    const goal = pick(list(now.cuffs[leg], "set_points"));
    wanted.push(goal < 0 ? null : goal);
    measured.push(pick(list(now.cuffs[leg], "pressures")));
    while (times.length && times[0] < now.time - SHOWN) for (const row of one.data) row.shift();
  }
}
function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
function makeCurve(leg) {
  const place = document.getElementById(`curve-${leg}`);
  if (!place || typeof uPlot === "undefined") return null;
  place.replaceChildren();
  const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  return new uPlot({
    width: Math.max(200, place.clientWidth), height: Math.max(180, place.clientHeight),
    cursor: { show: false }, legend: { show: false },
    scales: {
      x: { time: false, range: () => [now.time - SHOWN, now.time] },
      y: { range: (plot, low, high) => [0, Math.max(20, (high || 0) * 1.1, now.program ? now.program.ceiling : 0)] },
    },
    axes: [
      { ...axis, splits: () => [-120, -90, -60, -30, 0].map((ago) => now.time + ago),
        values: (plot, ticks) => ticks.map((tick) => `${Math.round(tick - now.time)} s`) },
      { ...axis, size: 44, label: "mmHg", labelSize: 16 },
    ],
    series: [{},
      { label: say("target"), stroke: colour("--ink-soft"), width: 1.5, dash: [5, 4] },
      { label: say("pressure"), stroke: colour("--brand"), width: 2.2 }],
  }, curves[leg].data, place);
}
setInterval(() => {
  if (!now || document.hidden) return;
  for (const [leg, one] of Object.entries(curves)) {
    one.plot = one.plot || makeCurve(leg);
    if (one.plot) one.plot.setData(one.data);
  }
}, 250);
function remake() { for (const one of Object.values(curves)) { if (one.plot) one.plot.destroy(); one.plot = null; } }
addEventListener("resize", remake);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", remake);

// ---- Escape, held for a second, presses STOP --------------------------------------------------
let holding = null;
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || holding) return;
  holding = setTimeout(() => { const stop = find("form.stop"); if (stop) stop.requestSubmit(); }, 1000);
});
addEventListener("keyup", (event) => {
  if (event.key === "Escape") { clearTimeout(holding); holding = null; }
});
addEventListener("blur", () => { clearTimeout(holding); holding = null; });

listen();
beat();
