// The row that is being filled in is marked on the drawing of the leg.
"use strict";

for (const row of document.querySelectorAll("tr[data-mark]")) {
  const mark = document.getElementById(row.dataset.mark);
  row.addEventListener("focusin", () => { row.classList.add("now"); mark.classList.add("now"); });
  row.addEventListener("focusout", () => { row.classList.remove("now"); mark.classList.remove("now"); });
}
