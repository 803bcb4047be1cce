"use strict";
const find = document.getElementById("find");
const rows = [...document.querySelectorAll("tr.found")];
function filter() {
  const words = find.value.trim().toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(words);
  document.getElementById("found").textContent = words ? `${rows.filter((row) => !row.hidden).length} of ${rows.length}` : "";
}
find?.addEventListener("input", filter);
find?.form.addEventListener("submit", (event) => event.preventDefault());
